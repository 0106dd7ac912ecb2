# shellcheck shell=bash
# What the scripts in this folder share: finding the repository, installing packages, building, starting and stopping.
# Sourced, never run. Every function that starts something leaves its process id in `started`, and `stop_started` ends exactly those.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# What the product links against, and what the scripts themselves call.
# shellcheck disable=SC2034  # read by the scripts that source this file
build_packages=(
    ca-certificates curl git pkg-config python3 tzdata zlib1g-dev
    libhiredis-dev libpq-dev libsqlite3-dev libssl-dev libxml2-dev libyaml-dev
)

say() { printf '%s\n' "$*" >&2; }
step() { printf '\n== %s\n' "$*" >&2; }
fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo "$@"
    else
        fail "this needs root and there is no sudo: $*"
    fi
}

# apt fails while another apt holds its lock, and its lists may be older than the archive: one more try, with fresh lists.
apt_install() {
    local options=(-y -q --no-install-recommends -o DPkg::Lock::Timeout=120)
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install "${options[@]}" "$@" >&2 && return 0
    say "trying once more with fresh package lists"
    sleep 3
    as_root apt-get update -q >&2
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install "${options[@]}" "$@" >&2
}

# install_packages NAME...: installs what is missing and says which; touches nothing, and needs no root, where all are there.
install_packages() {
    local missing=() package
    command -v dpkg-query >/dev/null 2>&1 || {
        say "not a Debian or Ubuntu: make sure that these are installed: $*"
        return 0
    }
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
    done
    [ "${#missing[@]}" -gt 0 ] || return 0
    say "installing Debian packages: ${missing[*]}"
    if [ -z "$(find /var/lib/apt/lists -maxdepth 1 -name '*Packages*' -print -quit 2>/dev/null)" ]; then
        as_root apt-get update -q >&2 || true
    fi
    apt_install "${missing[@]}" || fail "could not install ${missing[*]}"
}

need_swift() {
    command -v swift >/dev/null 2>&1 || fail "swift is not on the PATH: install Swift 6.2 or later (https://www.swift.org/install)"
}

# up_to_date STAMP: is nothing that goes into the product newer than the stamp of the last good build, by the same compiler?
# Folders count too, so that a deleted file is noticed.
up_to_date() {
    [ -f "$1" ] && [ "$(cat "$1")" = "$(swift --version 2>/dev/null | head -n 1)" ] || return 1
    [ -z "$(find "$root/Package.swift" "$root/Sources" "$root/Plugins" "$root/templates" -newer "$1" -print -quit)" ]
}

# Builds the release binary unless it is up to date, and names it in `portico`.
build_release() {
    local stamp="$root/.build/portico-release.stamp"
    portico="$root/.build/release/portico"
    if [ -x "$portico" ] && up_to_date "$stamp"; then
        say "portico is up to date"
        return 0
    fi
    step "building portico (release); the first build compiles every package and takes 10 to 20 minutes on two cores"
    mkdir -p "$root/.build"
    swift --version 2>/dev/null | head -n 1 >"$stamp.new"
    # Linked statically, Swift's run time is called without a detour; optimised across modules, SwiftNIO's generic code is specialised
    # for ours. Exclusive access is checked in every debug build and test run.
    (cd "$root" && swift build -c release --product portico --static-swift-stdlib \
        -Xswiftc -enforce-exclusivity=unchecked -Xswiftc -cross-module-optimization >&2) ||
        fail "the build failed"
    mv "$stamp.new" "$stamp"
}

# A loopback port that nothing listens on. It is free only until someone else takes it, so start what uses it at once.
free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

random_key() {
    od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}

started=()

# stop PID [SECONDS]: asks a process of ours to end, and ends it when it has not by then.
stop() {
    local pid=$1 patience=${2:-15}
    kill -TERM "$pid" 2>/dev/null || return 0
    while kill -0 "$pid" 2>/dev/null && [ "$patience" -gt 0 ]; do
        sleep 0.2
        patience=$((patience - 1))
    done
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
}

stop_started() {
    local pid
    for pid in "${started[@]}"; do
        stop "$pid" 50
    done
    started=()
}

# wait_for_health URL PID SECONDS: 0 once the URL answers, 1 when the process ended or the time is over.
wait_for_health() {
    local deadline=$((SECONDS + $3))
    while [ "$SECONDS" -lt "$deadline" ]; do
        curl -fsS -m 2 -o /dev/null "$1" 2>/dev/null && return 0
        kill -0 "$2" 2>/dev/null || return 1
        sleep 0.1
    done
    return 1
}
