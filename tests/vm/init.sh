#!/bin/busybox sh
# Process 1 of a guest: makes the host's files the root, read-only below a tmpfs, and goes on with session.sh there.
/bin/busybox mkdir -p /proc /sys /dev /host /scratch /root
/bin/busybox --install -s /bin
export PATH=/bin

fail() {
  echo "init: $*"
  poweroff -f
}

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
while read -r module; do
  insmod "/modules/$module" || fail "module $module cannot be loaded"
done < /modules/order

share() { mount -t 9p -o "trans=virtio,version=9p2000.L,msize=512000$3" "$1" "$2" || fail "no $1 from the host"; }

share host /host ,ro,cache=loose
mount -t tmpfs -o mode=755 tmpfs /scratch
mkdir /scratch/upper /scratch/work
mount -t overlay -o lowerdir=/host,upperdir=/scratch/upper,workdir=/scratch/work overlay /root || fail "no overlay"

cd /root
mount -t proc proc proc
mount -t tmpfs tmpfs sys # or the host's would be there for who unmounts the guest's
mount -t sysfs sysfs sys
mount -t devtmpfs dev dev
mkdir -p dev/pts dev/shm
mount -t devpts devpts dev/pts
mount -t tmpfs tmpfs dev/shm
mount -t tmpfs tmpfs run
for pair in fd:fd stdin:fd/0 stdout:fd/1 stderr:fd/2; do
  ln -sf "/proc/self/${pair#*:}" "dev/${pair%:*}"
done
mount -t tmpfs -o mode=755 tmpfs sys/fs/cgroup
mkdir -p sys/fs/cgroup/unified
mount -t cgroup2 cgroup2 sys/fs/cgroup/unified
mount -t tracefs tracefs sys/kernel/tracing
mount -t debugfs debugfs sys/kernel/debug
mount -t securityfs securityfs sys/kernel/security
mount -t bpf bpf sys/fs/bpf

# What the runner left for this guest: the folder of modules, the command, and folders that are written through.
mkdir -p run/guest/control lib/modules
share control run/guest/control ,ro
number=0
while [ -e "run/guest/control/writable$number" ]; do
  folder=$(cat "run/guest/control/writable$number")
  mkdir -p "./$folder"
  share "writable$number" "./$folder"
  number=$((number + 1))
done
mount -o bind "./$(cat run/guest/control/modules)" lib/modules
cp /bin/busybox run/guest/busybox
ln -s busybox run/guest/modprobe
echo /run/guest/modprobe > /proc/sys/kernel/modprobe
hostname guest
ifconfig lo 127.0.0.1 up
ulimit -l unlimited
umount /proc /sys /dev
exec switch_root /root /run/guest/busybox sh /run/guest/control/session.sh
