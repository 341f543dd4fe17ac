//! Every promise of hosts, on each host.

mod home {
    use tests::hosts::home as start;
    twinhost::host_suite!(start);
}
mod lambda {
    use tests::hosts::lambda as start;
    twinhost::host_suite!(start);
}
mod memory {
    use tests::hosts::memory as start;
    twinhost::host_suite!(start);
}
