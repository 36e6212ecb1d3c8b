psql -qAtc 'select pg_reload_conf()'
