//! Builders of Mach-O files, kernelcaches and IMG4 containers for tests; hostile mutators.
