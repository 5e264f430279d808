#!/usr/bin/env bash
# What the fault suite (tests/Faults) needs beside the .NET SDK: a Redis that it starts and kills itself. Debian and Ubuntu.
set -euo pipefail
apt-get update
apt-get install -y --no-install-recommends redis-server
# Only the program is wanted: tests start their own, on ports of their own.
if command -v systemctl > /dev/null; then systemctl disable --now redis-server || true; fi
