# SPDX-License-Identifier: GPL-2.0-only
"""List the sections of a trace.dat version 7 from its front: one line "OFFSET ID SIZE" each."""
import struct
import sys


def main():
    with open(sys.argv[1], "rb") as file:
        data = file.read()
    at = 10
    at = data.index(b"\0", at) + 1  # version
    order = ">" if data[at] else "<"
    at += 2 + 4  # byte order, size of a long, page size
    at = data.index(b"\0", at) + 1  # compression
    at = data.index(b"\0", at) + 1  # and its version
    at += 8  # the first options
    while at + 16 <= len(data):
        identifier, _, _, size = struct.unpack_from(order + "HHIQ", data, at)
        print(at, identifier, size)
        at += 16 + size


main()
