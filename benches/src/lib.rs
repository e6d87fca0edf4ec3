//! Measures the family against its peers.
