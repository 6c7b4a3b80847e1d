"""What others read: one module for each format from outside, and of one version of it."""
