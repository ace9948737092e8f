#!/bin/bash
# Puts the reference solution into the workspace.
set -eu
cp "$(dirname "$0")"/{tables,reports}.py /app/
