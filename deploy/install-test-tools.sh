#!/usr/bin/env bash
# What the fault suite (tests/Faults) needs beside the .NET SDK: a Redis and a PostgreSQL that it starts and kills itself, and a C compiler
# for what turns a process's clock. Debian and Ubuntu.
set -euo pipefail
apt-get update
apt-get install -y --no-install-recommends redis-server postgresql gcc libc6-dev
# Only the programs are wanted: tests start their own, on ports of their own.
if command -v systemctl > /dev/null; then systemctl disable --now redis-server postgresql || true; fi
