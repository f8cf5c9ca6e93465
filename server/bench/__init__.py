"""Measurements that are no tests: they take long, and their figures are the machine's too."""
