# shellcheck shell=bash
# PostgreSQL and Redis of our own on loopback, for tests and drills: started on free ports in a temporary folder, stopped by
# stop_services. Sourced after lib.sh. Nothing here touches a server that the machine runs already.
# shellcheck source-path=SCRIPTDIR source=lib.sh

# shellcheck disable=SC2034  # read by the scripts that source this file
service_packages=(postgresql redis-server)
services_folder=

# PostgreSQL refuses to run as root, so root hands it to the account that the package made.
as_postgres() {
    if [ "$(id -u)" -eq 0 ]; then
        (cd / && runuser -u postgres -- "$@")
    else
        "$@"
    fi
}

postgres_program() {
    find /usr/lib/postgresql/*/bin -name "$1" 2>/dev/null | sort -V | tail -n 1
}

# Starts both and exports PORTICO_TEST_POSTGRES and PORTICO_TEST_REDIS. Durability is off: the data lives for one run.
start_services() {
    services_folder=$(mktemp -d)
    chmod 755 "$services_folder"
    mkdir "$services_folder/postgres"
    [ "$(id -u)" -ne 0 ] || chown postgres "$services_folder/postgres"
    local folder=$services_folder/postgres port options
    port=$(free_port)
    as_postgres "$(postgres_program initdb)" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync \
        >"$services_folder/initdb.log" 2>&1 || {
        cat "$services_folder/initdb.log" >&2
        return 1
    }
    options="-p $port -c listen_addresses=127.0.0.1 -k $folder -c max_connections=200"
    options="$options -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    as_postgres "$(postgres_program pg_ctl)" -D "$folder/data" -w -t 60 -l "$folder/log" -o "$options" start >/dev/null || {
        tail -n 20 "$folder/log" >&2
        return 1
    }
    export PORTICO_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres"

    port=$(free_port)
    redis-server --port "$port" --bind 127.0.0.1 --save '' --appendonly no --dir "$services_folder" \
        >"$services_folder/redis.log" 2>&1 &
    started+=($!)
    local deadline=$((SECONDS + 20))
    until redis-cli -p "$port" ping 2>/dev/null | grep -q PONG; do
        [ "$SECONDS" -lt "$deadline" ] || {
            cat "$services_folder/redis.log" >&2
            return 1
        }
        sleep 0.1
    done
    export PORTICO_TEST_REDIS="redis://127.0.0.1:$port"
}

stop_services() {
    [ -n "$services_folder" ] || return 0
    if [ -d "$services_folder/postgres/data" ]; then
        as_postgres "$(postgres_program pg_ctl)" -D "$services_folder/postgres/data" -m immediate -w -t 20 stop >/dev/null 2>&1 || true
    fi
    stop_started
    rm -rf "$services_folder"
    services_folder=
}
