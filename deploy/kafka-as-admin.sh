# Sourced where rpk runs: signs it in as the admin of the log.
RPK_USER=admin
RPK_SASL_MECHANISM=SCRAM-SHA-512
RPK_PASS=$(cat /run/secrets/kafka-admin-password)
export RPK_USER RPK_SASL_MECHANISM RPK_PASS
