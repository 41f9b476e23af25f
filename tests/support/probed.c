// libprobed.so: what user-space probes are attached to. Both languages call it.

#define VISIBLE __attribute__((visibility("default"), noinline, noipa))

VISIBLE long probed_first(long value)
{
        return value + 1;
}

VISIBLE long probed_second(long value)
{
        return value + 2;
}

// What STAP_PROBE1(aiobpf, probed, value) of <sys/sdt.h> makes.
VISIBLE void probed_usdt(long value)
{
        __asm__ volatile(
            "990: nop\n"
            ".pushsection .note.stapsdt, \"\", %%note\n"
            ".balign 4\n"
            ".4byte 992f-991f, 994f-993f, 3\n"
            "991: .asciz \"stapsdt\"\n"
            "992: .balign 4\n"
            "993: .8byte 990b, 0, 0\n"
            ".asciz \"aiobpf\"\n"
            ".asciz \"probed\"\n"
            ".asciz \"-8@%0\"\n"
            "994: .balign 4\n"
            ".popsection\n" ::"r"(value));
}
