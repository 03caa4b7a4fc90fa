#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""interrupt.py SIGNAL DIRECTORY COMMAND...: stop a command while it writes into DIRECTORY.

The signal comes as soon as the command has a file of DIRECTORY open, with or without a name, in which
there is something; nothing is timed. Prints the exit status as a shell has it, or "ended" when the
command was done before.
"""

import os
import signal
import subprocess
import sys


def is_writing(pid, directory):
    place = f"/proc/{pid}/fd"
    try:
        for name in os.listdir(place):
            path = os.path.join(place, name)
            if os.readlink(path).startswith(directory) and os.stat(path).st_size > 0:
                return True
    except OSError:
        pass
    return False


def main():
    number = getattr(signal, "SIG" + sys.argv[1])
    directory = os.path.realpath(sys.argv[2]) + "/"
    process = subprocess.Popen(
        sys.argv[3:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while process.poll() is None and not is_writing(process.pid, directory):
        pass
    if process.returncode is not None:
        print("ended")
        return
    process.send_signal(number)
    status = process.wait(timeout=60)
    print(128 - status if status < 0 else status)


main()
