"""What a record says of the processor. Oracle: lines as Linux writes them."""

import platform

from course_lib.provenance import instructions

CPUINFO = (
    "processor\t: 0\nflags\t\t: fpu sse4_2 avx2 avx512f avx512_bf16 amx_tile\nbugs\t\t: none\n"
)


def test_vector_instructions_are_named_and_what_limits_them(tmp_path, monkeypatch):
    monkeypatch.delenv("ONEDNN_MAX_CPU_ISA", raising=False)
    path = tmp_path / "cpuinfo"
    path.write_text(CPUINFO)
    assert instructions(path) == "avx2 avx512f avx512_bf16"
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "AVX2")
    assert instructions(path) == "avx2 avx512f avx512_bf16, at most AVX2"


def test_where_the_system_does_not_tell_it_is_the_machine(tmp_path, monkeypatch):
    monkeypatch.delenv("ONEDNN_MAX_CPU_ISA", raising=False)
    assert instructions(tmp_path / "nothing") == platform.machine()
