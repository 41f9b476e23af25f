# Process 1 of a guest, on the host's files: runs the command; what it prints and its exit status go to the runner
# through a virtual serial port each.
busybox=/run/guest/busybox

port() {
  for entry in /sys/class/virtio-ports/*; do
    [ "$($busybox cat "$entry/name")" = "$1" ] && echo "/dev/${entry##*/}"
  done
}

$busybox mkfifo /run/guest/output
$busybox cat /run/guest/output > "$(port output)" &
pump=$!
/bin/sh /run/guest/control/command.sh > /run/guest/output 2>&1 < /dev/null
status=$?
wait $pump
$busybox sync
echo $status > "$(port status)"
$busybox poweroff -f
