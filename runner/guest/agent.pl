#!/usr/bin/perl
# The resident agent of a machine: runs the phases of a job, streams their output, hands over what they left.
# Uses nothing but perl-base and loads it all at its start: it goes on when the check deletes every file.
# Speaks JSON lines on the port assay.control (schemas/agent-message.schema.json); output goes to assay.log; a person's
# terminal is assay.terminal.
use strict;
use warnings;
use Fcntl qw(:DEFAULT :mode);
use POSIX qw(:sys_wait_h);

my $home  = '/var/lib/assay';
my $input = '/run/assay/in';
my %limit = (results => 8 << 20, reports => 100, listed => 100_000, drained => 4 << 20, database => 16 << 20);
my ($control, $log, $port, $output, $input_disk, $group, $killer, $boot, $rehearsing, %ready, %phase, %terminal);
my ($heard, $last_beat, $buffer, $clock_error) = (0, undef, '', 0);
# dpkg's own record of what is installed, as it was when the check began or, after a reboot, went on.
my $database = '';

sub say_line { syswrite $control, "{$_[0]}\n" unless $rehearsing }

# Seconds since boot: the check may set the clock.
sub now { (POSIX::times())[0] / POSIX::sysconf(POSIX::_SC_CLK_TCK()) }

# The host takes silence for a hang, so whatever takes long calls this.
sub beat {
    return if defined $last_beat && now() - $last_beat < 2;
    $last_beat = now();
    $heard ? say_line('"say":"beat"') : say_line(qq("say":"ready","boot":$boot));
}

# Where a check took all memory or all processes, there is none for a while: the kernel ends somebody, or the host does.
sub fork_or_wait {
    for (1 .. 300) {
        my $pid = fork;
        return $pid if defined $pid;
        beat();
        select undef, undef, undef, 0.1;
    }
    die "assay: nothing can be started any more\n";
}

# Never blocks, never follows a link: what lies there may have been put there by the check.
sub open_regular {
    my ($path) = @_;
    sysopen my $file, $path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK or return;
    my @facts = stat $file;
    return S_ISREG($facts[2]) && $facts[3] == 1 ? ($file, $facts[7]) : ();
}

sub slurp {
    my ($path) = @_;
    my ($file) = open_regular($path) or return '';
    sysread $file, my $text, 65536;
    $text //= '';
    $text =~ s/\s+\z//;
    return $text;
}

sub spill {
    my ($path, $text) = @_;
    open my $file, '>', $path or return;
    print $file $text;
    close $file;
}

# Ports and disks appear when their drivers have loaded.
sub await_device {
    my ($pattern, $attribute, $wanted) = @_;
    for (1 .. 600) {
        for my $path (glob $pattern) {
            next unless slurp("$path/$attribute") eq $wanted;
            my ($name) = $path =~ m{([^/]+)$};
            return "/dev/$name" if -e "/dev/$name";
        }
        select undef, undef, undef, 0.1;
    }
    die "assay: no device called $wanted\n";
}

sub open_device {
    my ($path, $mode) = @_;
    my $device;
    for (1 .. 100) {
        return $device if sysopen $device, $path, $mode;
        select undef, undef, undef, 0.1;
    }
    die "assay: cannot open $path: $!\n";
}

sub open_port { open_device(await_device('/sys/class/virtio-ports/*', 'name', $_[0]), O_RDWR) }

sub find_disk { await_device('/sys/block/vd*', 'serial', $_[0]) }

sub prepare_folders {
    system 'mkdir', '-p', $input, $home, "$home/artifacts";
    system 'modprobe', '-q', 'squashfs';
    $input_disk = find_disk('assay-in');
    $boot = (slurp("$home/boot") || 0) + 1;
    spill("$home/boot", $boot);
    # Nothing below /run may be executed on some systems.
    system 'cp', '-a', '/run/assay/agent/bin', "$home/bin" unless -d "$home/bin";
}

# A clone wakes with all that its template remembers: what must differ from machine to machine is made to differ here,
# before the first instruction of anybody else. A machine that booted by itself goes the same way.
sub begin {
    my ($entropy, $id, $name) = @_;
    set_clock();
    add_entropy(pack 'H*', $entropy);
    own_name($id, $name);
}

# The host filled the disk meanwhile.
sub take_input {
    mount_input();
    say_line(sprintf '"say":"begun","clockErrorMs":%.3f', $clock_error / 1e6);
}

# Nanoseconds: 0 is CLOCK_REALTIME, 1 CLOCK_MONOTONIC, which goes at the same pace.
sub clock {
    my ($which) = @_;
    syscall 228, $which, my $time = pack 'qq', 0, 0;                                # clock_gettime
    my ($seconds, $nanoseconds) = unpack 'qq', $time;
    return $seconds * 1_000_000_000 + $nanoseconds;
}

# As NTP does: what the host says is half the way there and back old, give or take that half, however long either waited
# for a processor. The quickest way of a few counts; the more were slow, the less is hoped for.
sub set_clock {
    my ($way, $ahead);
    for my $tries (1 .. 8) {
        my $asked = clock(1);
        my $host  = ask_time();
        my $took  = clock(1) - $asked;
        ($way, $ahead) = ($took, $host - $asked - ($took >> 1)) if !defined $way || $took < $way;
        last if $way < $tries * 1_000_000;
    }
    for (1 .. 8) {
        my $before = clock(1);
        my $time   = $before + $ahead;
        my $rest   = $time % 1_000_000_000;
        syscall 227, 0, my $set = pack 'qq', ($time - $rest) / 1_000_000_000, $rest;   # clock_settime
        my $late = clock(1) - $before;
        $clock_error = ($way >> 1) + $late + 1000;
        last if $late < 1_000_000;
    }
}

# Other words may come before the answer: they wait. In a rehearsal nobody answers.
sub ask_time {
    say_line('"say":"time"');
    $buffer = 'time ' . clock(0) . "\n$buffer" if $rehearsing;
    hear_more() until $buffer =~ s/^time (\d{1,19})\n//m;
    return $1;
}

sub hear_more {
    my $got = sysread $control, my $chunk, 4096;
    if ($got) { $buffer .= $chunk }
    else      { select undef, undef, undef, 0.1 }
}

# Credited, and taken at once by the generator that everybody reads from.
sub add_entropy {
    my ($bytes) = @_;
    sysopen my $random, '/dev/urandom', O_WRONLY or die "assay: no /dev/urandom: $!\n";
    my $words = pack 'ii a*', 8 * length $bytes, length $bytes, $bytes;
    ioctl $random, 0x40085203, $words or die "assay: cannot add entropy: $!\n";     # RNDADDENTROPY
    ioctl $random, 0x5207, 0 or die "assay: cannot reseed: $!\n";                   # RNDRESEEDCRNG
}

sub own_name {
    my ($id, $name) = @_;
    syscall 170, $name, length $name;                                               # sethostname
    # After a reboot these files are the check's: whatever it made of them.
    return if $boot > 1;
    spill('/etc/machine-id', "$id\n");
    spill('/var/lib/dbus/machine-id', "$id\n") if -f '/var/lib/dbus/machine-id' && !-l '/var/lib/dbus/machine-id';
    spill('/etc/hostname', "$name\n");
    if (open my $hosts, '<', '/etc/hosts') {
        my @kept = grep { !/^127\.0\.1\.1\s/ } <$hosts>;
        spill('/etc/hosts', join '', @kept, "127.0.1.1 $name\n");
    }
    own_host_keys() unless $rehearsing;
}

# Of the kinds that the image holds: who wants none waits for none, and one of RSA takes an emulated processor long.
sub own_host_keys {
    my @keys = glob '/etc/ssh/ssh_host_*_key' or return;
    for my $key (@keys) {
        my ($kind) = $key =~ /ssh_host_(\w+)_key$/ or next;
        unlink $key, "$key.pub";
        system 'ssh-keygen', '-q', '-t', $kind, '-N', '', '-f', $key;
    }
    system 'systemctl try-restart ssh.service >/dev/null 2>&1' if -d '/run/systemd/system';
}

# What was read from the disk before this, when it was another's, is forgotten.
sub mount_input {
    sysopen my $disk, $input_disk, O_RDONLY or die "assay: cannot open $input_disk: $!\n";
    ioctl $disk, 0x1261, 0;                                                         # BLKFLSBUF
    close $disk;
    my ($type, $options) = ('squashfs', '');
    # mount, MS_RDONLY | MS_NOSUID | MS_NODEV
    syscall(165, $input_disk, $input, $type, 7, $options) == 0 or die "assay: cannot mount $input_disk: $!\n";
    copy_tree("$input/tree", "$home/tree") unless -d "$home/tree";
}

# As `cp -a` does where all is root's; without the time that starting a program takes where it is emulated.
sub copy_tree {
    my ($from, $to) = @_;
    my @facts = lstat $from or return;
    if    (S_ISDIR($facts[2])) { copy_folder($from, $to) }
    elsif (S_ISLNK($facts[2])) { symlink readlink $from, $to; return }
    elsif (S_ISREG($facts[2])) { copy_file($from, $to) }
    else                       { return }
    chmod S_IMODE($facts[2]), $to;
    utime $facts[8], $facts[9], $to;
}

sub copy_folder {
    my ($from, $to) = @_;
    mkdir $to;
    opendir my $folder, $from or return;
    for my $name (readdir $folder) { copy_tree("$from/$name", "$to/$name") unless $name eq '.' || $name eq '..' }
}

sub copy_file {
    my ($from, $to) = @_;
    sysopen my $source, $from, O_RDONLY or return;
    sysopen my $target, $to, O_WRONLY | O_CREAT | O_EXCL or die "assay: cannot write $to: $!\n";
    while (sysread $source, my $chunk, 1 << 20) { syswrite $target, $chunk; beat() }
}

# The way from waking to a check's end, gone once with a check that does nothing: what is emulated is slow at first.
sub rehearse {
    sysopen my $disk, $input_disk, O_RDONLY or return;
    sysread $disk, my $magic, 4;
    close $disk;
    return unless $magic eq 'hsqs';
    sysopen my $random, '/dev/urandom', O_RDONLY or return;
    sysread $random, my $bytes, 48;
    $rehearsing = 1;
    begin(unpack('H*', $bytes), slurp('/etc/machine-id'), slurp('/proc/sys/kernel/hostname'));
    take_input();
    start_phase('check');
    select undef, undef, undef, 0.005 until waitpid($phase{pid}, WNOHANG) == $phase{pid};
    end_phase($?);
    syscall 166, $input, 0;                                                         # umount2
    rmdir "$home/tree";
    ($database, $rehearsing) = ('', 0);
    %ready = ready_phase('check');
    sysread $ready{up}, my $there, 1;
}

# What clones will do is done before, so that they need neither fetch it nor, where it is emulated, translate it: a template
# looks around and rehearses, a clone that waits only rehearses.
sub warm {
    my $lists = $_[0] eq 'all' ? look_around() : undef;
    rehearse();
    syscall 162;                                                                    # sync
    say_line('"say":"warm"' . (defined $lists ? qq(,"lists":"$lists") : ''));
}

# Returns whether lists of packages were fetched; undef: there is nothing to fetch any with.
sub look_around {
    my $lists = -e '/sys/class/net/eth0' && -x '/usr/bin/apt-get' && '/run/assay/lists';
    my @words = ('cp -a /usr/lib/assay /tmp/assay-warm', 'rm -rf /tmp/assay-warm', 'timeout 20 true', 'cat /etc/passwd');
    push @words, "timeout 150 apt-get -q -o APT::Update::Error-Mode=any -o Acquire::Retries=0 update && : >$lists", 'apt-cache gencaches' if $lists;
    push @words, 'dpkg-query -W', 'apt-cache policy base-files';
    # What tests of DEP-8 begin with.
    push @words, 'chmod --version', 'chown --version', 'mkdir --version', q(su -s /bin/bash tester -c 'perl -e 1');
    my $pid = fork_or_wait();
    if ($pid == 0) {
        open STDOUT, '>', '/dev/null';
        open STDERR, '>', '/dev/null';
        exec '/bin/sh', '-c', join '; ', @words or POSIX::_exit(127);
    }
    beat(), select undef, undef, undef, 0.01 until waitpid($pid, WNOHANG) == $pid;
    return $lists ? (-e $lists ? 'fetched' : 'missed') : undef;
}

# A group of our own for the check's processes: with one word the kernel ends them all, sessions and forks or not.
sub open_group {
    my $root = '/sys/fs/cgroup';
    system 'mount', '-t', 'cgroup2', 'cgroup2', $root unless -e "$root/cgroup.procs";
    my ($own) = slurp('/proc/self/cgroup') =~ m{^0::/(.*)$}m;
    return unless defined $own;
    $group = "$root/$own/check";
    mkdir $group;
    sysopen $killer, "$group/cgroup.kill", O_WRONLY or undef $killer;
}

# Before the crowd of a fork bomb, but not our children.
sub come_first { syscall 144, 0, 0x40000002, my $priority = pack 'i', 1 }    # sched_setscheduler, SCHED_RR, reset on fork

# A booted system is what checks expect: wait for the init system, but not for ever.
sub settle { system 'timeout 60 systemctl is-system-running --wait >/dev/null 2>&1' if -d '/run/systemd/system' }

# The system may load the driver of the network, if there is one, later than it starts us.
sub set_up_network {
    my $script = '/usr/lib/assay/set-up-network';
    return unless -x $script && grep { slurp($_) eq '0x0001' } glob '/sys/bus/virtio/devices/*/device';
    for (1 .. 100) { last if -e '/sys/class/net/eth0'; select undef, undef, undef, 0.1 }
    system $script;
}

# Copies the phase's output to the port. Once told to end, by the end of $told, it empties the pipe and no more than
# that: processes that were left behind may hold the pipe, and even write to it for ever.
sub pump {
    my ($from, $told, $report) = @_;
    my ($ending, $bytes, $left) = (0, 0, $limit{drained});
    $SIG{TERM} = 'IGNORE';
    come_first();
    while ($left > 0) {
        my $ready = '';
        vec($ready, fileno($from), 1) = 1;
        vec($ready, fileno($told), 1) = 1 unless $ending;
        my $count = select $ready, undef, undef, $ending ? 0 : undef;
        next if $count < 0;
        $ending ||= vec($ready, fileno($told), 1) if $count > 0;
        last if $count == 0;
        next unless vec($ready, fileno($from), 1);
        my $got = sysread $from, my $chunk, 65536;
        last unless $got;
        $left -= $got if $ending;
        my $done = 0;
        while ($done < $got) {
            my $wrote = syswrite $log, $chunk, $got - $done, $done;
            last unless defined $wrote;
            $done += $wrote;
        }
        $bytes += $done;
    }
    syswrite $report, $bytes;
    POSIX::_exit(0);
}

# What a shell does that must not begin yet: it says that it is there, and waits for the word, which is the mark of a
# reboot or nothing. Then it reads the script itself, to which that makes no difference.
my $hold = 'echo >&3; exec 3>&-; IFS= read -r ASSAY_REBOOT_MARK; exec </dev/null
if [ "$ASSAY_REBOOT_MARK" ]; then export ASSAY_REBOOT_MARK; else unset ASSAY_REBOOT_MARK; fi
. "$0"';

sub become_script {
    my ($from, $to, @words) = @_;
    spill('/proc/self/oom_score_adj', 500);
    %ENV = (PATH => '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin');
    # Some of them are ignored where a shell without a terminal started us in the background.
    $SIG{$_} = 'DEFAULT' for qw(INT QUIT PIPE);
    chdir '/';
    umask 022;
    open STDIN,  '<&', $from;
    open STDOUT, '>&', $to;
    open STDERR, '>&', $to;
    exec '/bin/sh', @words or POSIX::_exit(127);
}

# The processes of a phase, up to the point where only the word is missing to begin: what is ready before anybody waits
# for it, nobody waits for.
sub ready_phase {
    my ($name) = @_;
    pipe my $read, my $write or die $!;
    pipe my $told, my $teller or die $!;
    pipe my $count, my $report or die $!;
    pipe my $word, my $go or die $!;
    pipe my $up, my $there or die $!;
    my $pumper = fork_or_wait();
    if ($pumper == 0) { close $_ for $write, $teller, $count, $word, $go, $up, $there; pump($read, $told, $report) }
    close $_ for $read, $told, $report;
    my $pid = fork_or_wait();
    if ($pid == 0) {
        POSIX::setsid();
        spill("$group/cgroup.procs", $$) if $name eq 'check' && $killer;
        # In place of the port that we speak to the host by, which is no script's.
        POSIX::dup2(fileno $there, 3);
        become_script($word, $write, '-c', $hold, "$input/job/$name");
    }
    close $_ for $write, $word, $there;
    return (name => $name, pid => $pid, pump => $pumper, teller => $teller, count => $count, go => $go, up => $up);
}

# Only of a check that is begun for the first time since a boot something was made ready.
sub start_phase {
    my ($name, $mark) = @_;
    remember_packages() if $name eq 'check';
    %phase = $name eq 'check' && $ready{pid} ? %ready : ready_phase($name);
    %ready = () if $name eq 'check';
    syswrite $phase{go}, ($mark // '') . "\n";
    close delete $phase{go};
    say_line(qq("say":"started","phase":"$name"));
}

# Reading is quick, understanding is not: that waits until the check is over.
sub remember_packages {
    my ($file, $size) = open_regular('/var/lib/dpkg/status') or return;
    return if $size > $limit{database};
    $database = '';
    1 while sysread $file, $database, 1 << 20, length $database;
}

# `name version` of each installed package, a line each.
sub installed_packages {
    my @lines;
    for my $stanza (split /\n\n+/, $database) {
        next unless $stanza =~ /^Status: \S+ \S+ installed$/m;
        my ($name) = $stanza =~ /^Package: (\S+)$/m or next;
        my ($version) = $stanza =~ /^Version: (\S+)$/m or next;
        push @lines, "$name $version\n";
        beat();
    }
    return join '', sort @lines;
}

# Ends the processes of the phase. What preparation started for the check to use (daemons) stays.
sub stop_phase {
    kill 'KILL', -$phase{pid};
    syswrite $killer, '1' if $phase{name} eq 'check' && $killer;
}

sub end_phase {
    my ($status) = @_;
    stop_phase();
    close $phase{teller};
    sysread $phase{count}, my $bytes, 32;
    waitpid $phase{pump}, 0;
    my $code = WIFSIGNALED($status) ? 128 + WTERMSIG($status) : WEXITSTATUS($status);
    my $name = $phase{name};
    %phase = ();
    return reboot() if $name eq 'check' && -e "$home/reboot-request";
    $bytes = 0 unless ($bytes // '') =~ /^\d{1,15}$/;
    say_line(qq("say":"exited","phase":"$name","code":$code,"bytes":$bytes));
}

# The host is told before: it expects the reset, and runs the check again with the mark in the file.
sub announce_reboot {
    my ($request) = @_;
    my $mark = slurp($request);
    $mark =~ s/[^A-Za-z0-9._:@-]/_/g;
    say_line(qq("say":"reboot","mark":") . substr($mark, 0, 200) . '"');
    unlink $request;
}

sub reboot {
    announce_reboot("$home/reboot-request");
    syscall 162;                                              # sync
    select undef, undef, undef, 0.2;
    syscall 169, 0xfee1dead, 672274793, 0x01234567, 0;        # reboot
}

# What is typed comes over the port, where the byte 255 begins a line that is no input: the size of the window.
sub open_terminal {
    return if $terminal{pid};
    kill 'CONT', -1;    # as it was before what was left was collected
    pipe my $count, my $report or die $!;
    my $pid = fork // return;
    if ($pid == 0) { syswrite $report, serve_terminal(); POSIX::_exit(0) }
    %terminal = (pid => $pid, count => $count);
}

# Between the port and a terminal of its own for the shell, until the last who has it open is gone. Returns how many
# bytes were shown.
sub serve_terminal {
    my $master = open_device('/dev/ptmx', O_RDWR | O_NOCTTY | O_NONBLOCK);
    ioctl $master, 0x40045431, my $locked = pack 'i', 0;                            # TIOCSPTLCK
    ioctl $master, 0x80045430, my $number = pack 'i', 0;                            # TIOCGPTN
    my ($shell, $said, $typed, $shown) = (undef, '', '', 0);
    while (1) {
        vec(my $ready = '', fileno($port), 1) = length $said < 65536;
        vec($ready, fileno($master), 1) = 1;
        vec(my $room = '', fileno($master), 1) = length $typed > 0;
        next if select($ready, $room, undef, undef) < 0;
        if (vec($ready, fileno($port), 1)) {
            my $got = sysread $port, $said, 4096, length $said;
            select undef, undef, undef, 0.1 unless $got;
            while ($said =~ s/\A([^\xff]*)\xff(\d{1,4}) (\d{1,4})\n//) {
                $typed .= $1 if $shell;
                ioctl $master, 0x5414, my $size = pack 'S4', $2, $3, 0, 0;          # TIOCSWINSZ
                $shell //= start_shell('/dev/pts/' . unpack 'i', $number);
            }
            # What was typed before is for a shell that is gone.
            $typed .= $1 if $said =~ s/\A([^\xff]+)// && $shell;
        }
        if (vec($room, fileno($master), 1)) {
            my $wrote = syswrite $master, $typed;
            substr($typed, 0, $wrote) = '' if $wrote;
        }
        next unless vec($ready, fileno($master), 1);
        my $got = sysread $master, my $chunk, 65536;
        if (defined $got ? !$got : !$!{EAGAIN}) { return $shown if $shell; next }
        for (my $done = 0; $got && $done < $got;) { $done += syswrite($port, $chunk, $got - $done, $done) // last }
        $shown += $got // 0;
    }
}

sub start_shell {
    my ($path) = @_;
    my $pid = fork // die $!;
    return $pid if $pid;
    POSIX::setsid();
    my $tty = open_device($path, O_RDWR);
    become_script($tty, $tty, "$input/job/terminal");
}

sub end_terminal {
    sysread $terminal{count}, my $bytes, 32;
    %terminal = ();
    $bytes = 0 unless ($bytes // '') =~ /^\d{1,15}$/;
    say_line(qq("say":"left","bytes":$bytes));
}

# Every regular file below a folder: [path, size]. Links, devices and second names of a file are only counted.
sub regular_files {
    my ($root) = @_;
    my ($others, @found) = (0);
    my @todo = ('');
    while (defined(my $folder = shift @todo)) {
        opendir(my $handle, "$root/$folder") or next;
        while (defined(my $name = readdir $handle)) {
            next if $name eq '.' || $name eq '..';
            last if @found + $others + @todo > $limit{listed};
            my $path = $folder eq '' ? $name : "$folder/$name";
            my @facts = lstat "$root/$path" or next;
            if    (S_ISDIR($facts[2])) { push @todo, $path }
            elsif (S_ISREG($facts[2]) && $facts[3] == 1) { push @found, [$path, $facts[7]] }
            else  { $others++ }
            beat();
        }
    }
    return (\@found, $others);
}

sub header {
    my ($path, $size) = @_;
    my ($prefix, $name) = ('', $path);
    if (length $path > 100) {
        return unless $path =~ m{^(.{1,155})/(.{1,100})$}s;
        ($prefix, $name) = ($1, $2);
    }
    my $block = pack 'a100a8a8a8a12a12A8a1a100a6a2a32a32a8a8a155x12', $name, "0000644\0", "0000000\0", "0000000\0",
        sprintf('%011o', $size), "00000000000\0", '', '0', '', "ustar\0", '00', '', '', '', '', $prefix;
    substr($block, 148, 8) = sprintf "%06o\0 ", unpack '%32C*', $block;
    return $block;
}

sub write_file {
    my ($head, $from, $size) = @_;
    syswrite $output, $head;
    my $left = $size;
    while ($left > 0) {
        my $most = $left < 1048576 ? $left : 1048576;
        my $got = sysread($from, my $chunk, $most);
        ($chunk, $got) = ("\0" x $most, $most) unless $got;
        syswrite $output, $chunk;
        $left -= $got;
        beat();
    }
    syswrite $output, "\0" x ((512 - $size % 512) % 512);
}

sub write_text {
    my ($path, $text) = @_;
    syswrite $output, header($path, length $text) . $text . "\0" x ((512 - length($text) % 512) % 512);
}

# Writes an archive of results and artifacts straight onto the output disk. Smallest first: the largest are dropped.
# Everybody else is stopped before, so that nothing changes under our hands and what is listed is what is read.
sub collect {
    my ($limit, $most) = @_;
    kill 'STOP', -1;
    sysseek $output, 0, 0;
    if (my ($file, $size) = open_regular("$home/results.jsonl")) {
        $size = $limit{results} if $size > $limit{results};
        write_file(header('results.jsonl', $size), $file, $size);
    }
    if ((my $packages = installed_packages()) ne '') {
        write_text('packages', $packages);
    }
    my ($reports, $lost) = regular_files("$home/reports");
    my $room = $limit{results};
    for my $listed (sort { $a->[0] cmp $b->[0] } @$reports) {
        my ($path) = @$listed;
        my ($file, $size) = open_regular("$home/reports/$path");
        my $head = $file && header("reports/$path", $size);
        if (!$head || $size > $room || $limit{reports}-- <= 0) { $lost++; next }
        write_file($head, $file, $size);
        $room -= $size;
    }
    my ($found, $dropped) = regular_files("$home/artifacts");
    $dropped += $lost;
    my ($total, $kept) = (0, 0);
    for my $listed (sort { $a->[1] <=> $b->[1] } @$found) {
        if ($kept >= $most) { $dropped++; next }
        my $path = $listed->[0];
        my ($file, $size) = open_regular("$home/artifacts/$path");
        my $head = $file && header("artifacts/$path", $size);
        if (!$head || $total + $size > $limit) { $dropped++; next }
        write_file($head, $file, $size);
        $total += $size;
        $kept++;
    }
    syswrite $output, "\0" x 1024;
    close $output;
    syscall 162;
    say_line(qq("say":"collected","files":$kept,"dropped":$dropped));
}

sub obey {
    my ($line) = @_;
    if    ($line =~ /^begin ([0-9a-f]+) ([0-9a-f]{32}) ([a-z0-9-]+)$/) { begin($1, $2, $3) }
    elsif ($line =~ /^take input$/)                     { take_input() }
    elsif ($line =~ /^warm (all|some)$/)                { warm($1) }
    elsif ($line =~ /^run (prepare|check)(?: (\S*))?$/) { start_phase($1, $2) unless $phase{pid} }
    elsif ($line =~ /^stop$/)                           { stop_phase() if $phase{pid} }
    elsif ($line =~ /^collect (\d+) (\d+)$/)            { collect($1, $2) }
    elsif ($line =~ /^terminal$/)                       { open_terminal() }
    # Its end hangs up on the shell.
    elsif ($line =~ /^hang-up$/)                        { kill 'KILL', $terminal{pid} if $terminal{pid} }
}

spill('/proc/self/oom_score_adj', -1000);
$SIG{PIPE} = 'IGNORE';
$control = open_port('assay.control');
$log     = open_port('assay.log');
$port    = open_port('assay.terminal');
$output  = open_device(find_disk('assay-out'), O_WRONLY);
prepare_folders();
settle();
set_up_network();
open_group();
come_first();

# The end of a phase ends the wait, too, also when it came just before.
pipe my $bell, my $ringer or die $!;
fcntl $_, F_SETFL, O_NONBLOCK for $bell, $ringer;
$SIG{CHLD} = sub { syswrite $ringer, '.' };
sub await_word {
    my ($seconds) = @_;
    vec(my $ready = '', fileno($control), 1) = 1;
    vec($ready, fileno($bell), 1) = 1;
    return 0 if select($ready, undef, undef, $seconds) <= 0;
    sysread $bell, my $rung, 4096;
    return vec($ready, fileno($control), 1);
}

while (1) {
    beat();
    if ($phase{pid} && waitpid($phase{pid}, WNOHANG) == $phase{pid}) { end_phase($?); next }
    end_terminal() if $terminal{pid} && waitpid($terminal{pid}, WNOHANG) == $terminal{pid};
    # The check reboots by itself, and waits until we have said so: the file is gone then.
    announce_reboot("$home/reboot-prepared") if $phase{pid} && -e "$home/reboot-prepared";
    next unless await_word($phase{pid} ? 0.05 : 0.5);
    hear_more();
    while ($buffer =~ s/^([^\n]*)\n//) { $heard = 1; obey($1) }
}
