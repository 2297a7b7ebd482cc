//! What is read of HCL, and what is written back.
