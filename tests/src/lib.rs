//! End to end, faults and benchmarks over the real binaries.
