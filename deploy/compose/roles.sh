# Run once by the image, with an empty database: roles and tables as the local stack has them. The passwords do
# not stand in a command line.
psql -v ON_ERROR_STOP=1 -q -U postgres -d traceo <<'SQL'
\set traceo_password `cat /run/secrets/postgres-traceo`
\set debezium_password `cat /run/secrets/postgres-debezium`
\i /etc/traceo/schema.sql
SQL
