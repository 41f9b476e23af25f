// SPDX-License-Identifier: MIT OR GPL-2.0-only
// The BTF of a kernel that there is not: its struct task_struct has tgid at 4096.
struct task_struct {
        char before[4096];
        int tgid;
} task;
