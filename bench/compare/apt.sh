#!/usr/bin/env bash
# What the peers are built and run with, on Debian 12 or newer (run as root). Node.js 20 or newer may also come from elsewhere.
set -euo pipefail
apt-get update
apt-get install --yes --no-install-recommends ca-certificates cmake g++ git make nodejs npm
