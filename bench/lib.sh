# shellcheck shell=bash
# What the benchmarks share. Sourced after scripts/lib.sh, from the repository's root; never run.

# install_bench: what every benchmark is measured with, and the peers that PyPI ships as binaries.
# A peer that cannot be installed is named as missing by the benchmark, which goes on without it.
install_bench() {
    # shellcheck disable=SC2154  # set by scripts/lib.sh
    install_packages "${build_packages[@]}" gcc libc6-dev nginx python3-venv wrk
    scripts/venv .venv-bench bench/requirements.txt || say "could not install Envoy and rolter"
}

# compile_upstream NAME: bench/NAME.c becomes .build/bench/NAME.
compile_upstream() {
    mkdir -p .build/bench
    gcc -O2 -Wall -Wextra -o ".build/bench/$1" "bench/$1.c" bench/server.c
}

# wants_help OPTION...: is help all that was asked for?
wants_help() {
    case " $* " in *" -h "* | *" --help "*) return 0 ;; esac
    return 1
}

# run_benchmark SCRIPT OPTION...: with the Portico that the options name, or with one that is built first.
run_benchmark() {
    local script=$1
    shift
    case " $* " in
        *" --portico-bin"*) ;;
        *)
            need_swift
            build_release
            # shellcheck disable=SC2154  # set by build_release
            set -- --portico-bin "$portico" "$@"
            ;;
    esac
    exec python3 "$script" "$@"
}
