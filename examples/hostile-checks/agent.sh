# For checks that attack the agent: where it speaks, and its end.

# The device of the port of this name.
port() {
  local name
  for name in /sys/class/virtio-ports/*/name; do
    [ "$(<"$name")" = "$1" ] && basename "$(dirname "$name")" | sed 's,^,/dev/,'
  done
}

end_agent() {
  local process
  for process in /proc/[0-9]*; do
    case "$(tr '\0' ' ' <"$process/cmdline" 2>/dev/null)" in
      *perl*agent*) kill -KILL "${process#/proc/}" ;;
    esac
  done
}
