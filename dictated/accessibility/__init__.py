"""Looks through AT-SPI, the desktop's accessibility, whether typed words have arrived."""
