#!/usr/bin/perl
# The resident agent of a machine: runs the phases of a job, streams their output, hands over what they left.
# Uses nothing but perl-base and loads it all at its start: it goes on when the check deletes every file.
# Speaks JSON lines on the port assay.control (schemas/agent-message.schema.json); output goes to assay.log.
use strict;
use warnings;
use Fcntl qw(:DEFAULT :mode);
use POSIX qw(:sys_wait_h);

my $home  = '/var/lib/assay';
my $input = '/run/assay/in';
my ($control, $log, $boot, %phase);

sub say_line { syswrite $control, "{$_[0]}\n" }

sub slurp {
    my ($path) = @_;
    open my $file, '<', $path or return '';
    local $/;
    my $text = <$file> // '';
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

sub open_port {
    my $path = await_device('/sys/class/virtio-ports/*', 'name', $_[0]);
    my $port;
    for (1 .. 100) {
        return $port if sysopen $port, $path, O_RDWR;
        select undef, undef, undef, 0.1;
    }
    die "assay: cannot open $path: $!\n";
}

sub prepare_folders {
    system 'mkdir', '-p', $input, $home, "$home/artifacts";
    my $disk = await_device('/sys/block/vd*', 'serial', 'assay-in');
    system('mount', '-t', 'squashfs', '-o', 'ro,nosuid,nodev', $disk, $input) == 0 or die "assay: cannot mount $disk\n";
    $boot = (slurp("$home/boot") || 0) + 1;
    spill("$home/boot", $boot);
    system 'cp', '-a', "$input/tree", "$home/tree" unless -d "$home/tree";
}

# A booted system is what checks expect: wait for the init system, but not for ever.
sub settle { system 'timeout 60 systemctl is-system-running --wait >/dev/null 2>&1' if -d '/run/systemd/system' }

# Copies the phase's output to the port; ends when told to and nothing is left, however many processes hold the pipe.
sub pump {
    my ($from, $report) = @_;
    my ($ending, $bytes) = (0, 0);
    local $SIG{USR1} = sub { $ending = 1 };
    local $SIG{TERM} = 'IGNORE';
    while (1) {
        vec(my $ready = '', fileno($from), 1) = 1;
        my $count = select $ready, undef, undef, $ending ? 0 : 0.5;
        next if $count < 0;
        last if $count == 0 && $ending;
        next if $count == 0;
        my $got = sysread $from, my $chunk, 65536;
        last unless $got;
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

sub start_phase {
    my ($name, $mark) = @_;
    pipe my $read, my $write or die $!;
    pipe my $count, my $report or die $!;
    my $pumper = fork // die $!;
    if ($pumper == 0) { close $write; close $count; pump($read, $report) }
    close $read;
    close $report;
    my $pid = fork // die $!;
    if ($pid == 0) {
        POSIX::setsid();
        spill('/proc/self/oom_score_adj', 500);
        $ENV{ASSAY_REBOOT_MARK} = $mark if defined $mark;
        open STDIN,  '<',  '/dev/null';
        open STDOUT, '>&', $write;
        open STDERR, '>&', $write;
        exec '/bin/sh', "$input/job/$name" or POSIX::_exit(127);
    }
    close $write;
    %phase = (name => $name, pid => $pid, pump => $pumper, count => $count);
    say_line(qq("say":"started","phase":"$name"));
}

sub end_phase {
    my ($status) = @_;
    kill 'KILL', -$phase{pid};
    kill 'USR1', $phase{pump};
    sysread $phase{count}, my $bytes, 32;
    waitpid $phase{pump}, 0;
    my $code = WIFSIGNALED($status) ? 128 + WTERMSIG($status) : WEXITSTATUS($status);
    my $name = $phase{name};
    %phase = ();
    return reboot() if $name eq 'check' && -e "$home/reboot-request";
    $bytes = 0 unless ($bytes // '') =~ /^\d{1,15}$/;
    say_line(qq("say":"exited","phase":"$name","code":$code,"bytes":$bytes));
}

# The host is told before: it expects the reset, and runs the check again with the mark.
sub reboot {
    my $mark = slurp("$home/reboot-request");
    unlink "$home/reboot-request";
    $mark =~ s/[^A-Za-z0-9._:@-]/_/g;
    say_line(qq("say":"reboot","mark":") . substr($mark, 0, 200) . '"');
    syscall 162;                                              # sync
    select undef, undef, undef, 0.2;
    syscall 169, 0xfee1dead, 672274793, 0x01234567, 0;        # reboot
}

# Every regular file below a folder: [path, size, device:inode]. Links and folders are not followed.
sub regular_files {
    my ($root) = @_;
    my (@found, $others);
    my @todo = ('');
    while (defined(my $folder = shift @todo)) {
        opendir my $handle, "$root/$folder" or next;
        while (defined(my $name = readdir $handle)) {
            next if $name eq '.' || $name eq '..';
            last if @found + ($others // 0) > 100_000;
            my $path = $folder eq '' ? $name : "$folder/$name";
            my @facts = lstat "$root/$path" or next;
            if    (S_ISDIR($facts[2])) { push @todo, $path }
            elsif (S_ISREG($facts[2]) && $facts[3] == 1) { push @found, [$path, $facts[7]] }
            else  { $others++ }
        }
    }
    return (\@found, $others // 0);
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

# Writes an archive of results and artifacts straight onto the output disk. Smallest first: the largest are dropped.
sub collect {
    my ($limit, $most) = @_;
    my $path = await_device('/sys/block/vd*', 'serial', 'assay-out');
    sysopen my $disk, $path, O_WRONLY or die $!;
    my ($found, $dropped) = regular_files("$home/artifacts");
    my @files = map { ["artifacts/$_->[0]", "$home/artifacts/$_->[0]", $_->[1]] } sort { $a->[1] <=> $b->[1] } @$found;
    unshift @files, ['results.jsonl', "$home/results.jsonl", (-s "$home/results.jsonl") // 0] if -f "$home/results.jsonl";
    my ($total, $kept) = (0, 0);
    for my $file (@files) {
        my ($name, $source, $size) = @$file;
        my $head = header($name, $size);
        if (!$head || $kept >= $most || $total + $size > $limit) { $dropped++; next }
        sysopen my $from, $source, O_RDONLY | O_NOFOLLOW or do { $dropped++; next };
        syswrite $disk, $head;
        my $left = $size;
        while ($left > 0) {
            my $got = sysread $from, my $chunk, $left < 1048576 ? $left : 1048576;
            $chunk = "\0" x ($left < 1048576 ? $left : 1048576), $got = length $chunk unless $got;
            syswrite $disk, $chunk;
            $left -= $got;
        }
        syswrite $disk, "\0" x ((512 - $size % 512) % 512);
        $total += $size;
        $kept++;
    }
    syswrite $disk, "\0" x 1024;
    close $disk;
    syscall 162;
    say_line(qq("say":"collected","files":$kept,"dropped":$dropped));
}

sub obey {
    my ($line) = @_;
    if    ($line =~ /^run (prepare|check)(?: (\S*))?$/) { start_phase($1, $2) }
    elsif ($line =~ /^stop$/)                           { kill 'KILL', -$phase{pid} if %phase }
    elsif ($line =~ /^collect (\d+) (\d+)$/)            { collect($1, $2) }
}

spill('/proc/self/oom_score_adj', -1000);
$SIG{PIPE} = 'IGNORE';
$control = open_port('assay.control');
$log     = open_port('assay.log');
prepare_folders();
settle();

my ($heard, $buffer, $beat) = (0, '', 0);
while (1) {
    if (time - $beat >= 2) {
        $beat = time;
        $heard ? say_line('"say":"beat"') : say_line(qq("say":"ready","boot":$boot));
    }
    if (%phase && waitpid($phase{pid}, WNOHANG) == $phase{pid}) { end_phase($?); next }
    vec(my $ready = '', fileno($control), 1) = 1;
    next unless select($ready, undef, undef, %phase ? 0.05 : 0.5) > 0;
    my $got = sysread $control, my $chunk, 4096;
    if (!$got) { select undef, undef, undef, 0.1; next }
    $buffer .= $chunk;
    while ($buffer =~ s/^([^\n]*)\n//) { $heard = 1; obey($1) }
}
