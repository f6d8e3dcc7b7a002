"""The `credential_process` of the lab shell: fetches the user's key from the lab over a private socket.

The AWS CLI and SDKs run this file by itself for every call, so it uses the standard library alone and
loads nothing else of the lab. AWS SDKs and Tools Reference Guide, "Process credential provider".
"""

import os
import socket
import sys


def main() -> int:
    """Print what the socket named by the first argument answers: the credentials as JSON."""
    folder, name = os.path.split(sys.argv[1])
    os.chdir(folder)  # a socket's address may have about 100 bytes, a folder's path more
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(5)
            connection.connect(name)
            with connection.makefile(encoding="utf-8") as stream:
                sys.stdout.write(stream.read())
    except OSError as error:
        sys.stderr.write(f"the lab shell that holds the key has ended ({error})\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
