{{/* The processes of a role; services/processes.py has the same table. */}}
{{- define "helpdesk.services" -}}
{{- dict "serve" (list "identity" "search" "email" "session" "audit" "gateway") "relay" (list "identity" "search" "email" "session" "audit") "work" (list "email" "session" "audit" "search" "identity") | toJson -}}
{{- end -}}

{{/*
Whether more processes of one do more: every API, and workers that share several consumers. Of
relays one is active, and so it is with the one consumer of search.
*/}}
{{- define "helpdesk.scales" -}}
{{- if and .root.Values.autoscaling.enabled (or (eq .role "serve") (and (eq .role "work") (ne .service "search"))) }}yes{{ end -}}
{{- end -}}

{{- define "helpdesk.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{/* Labels of all objects; with "labels" also those that select the pods of one process. */}}
{{- define "helpdesk.labels" -}}
app.kubernetes.io/part-of: helpdesk
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{ include "helpdesk.selector" . }}
{{- end -}}

{{- define "helpdesk.selector" -}}
app.kubernetes.io/name: helpdesk
app.kubernetes.io/component: {{ .role }}
helpdesk/service: {{ .service }}
{{- end -}}

{{/* The keys that a process needs, of those that `helpdesk init` makes. */}}
{{- define "helpdesk.keys" -}}
{{- $s := .service -}}
{{- $keys := list "vault.key" (printf "%s.stream.key" $s) (printf "%s.service.pem" $s) -}}
{{- if and (eq $s "identity") (eq .role "serve") -}}{{- $keys = concat $keys (list "token.signing.pem" "session.signing.pem") -}}{{- end -}}
{{- if eq $s "email" -}}{{- $keys = append $keys "email.code.key" -}}{{- end -}}
{{- if eq $s "session" -}}{{- $keys = append $keys "session.receipt.pem" -}}{{- end -}}
{{- if and (eq $s "session") (eq .role "serve") -}}{{- $keys = append $keys "session.signing.pem" -}}{{- end -}}
{{- if eq $s "audit" -}}{{- $keys = append $keys "audit.signing.pem" -}}{{- end -}}
{{- if or (and (eq $s "identity") (eq .role "serve")) (and (eq $s "audit") (not .root.Values.audit.serviceKeys)) -}}
{{- range list "identity" "search" "email" "session" "audit" "gateway" -}}{{- $keys = append $keys (printf "%s.service.pem" .) -}}{{- end -}}
{{- end -}}
{{- $keys | uniq | toJson -}}
{{- end -}}

{{/* Secrets of keys with names that `helpdesk keys rotate` chose: who has the first key of a ring gets the others. */}}
{{- define "helpdesk.rings" -}}
{{- $keys := include "helpdesk.keys" . | fromJsonArray -}}{{- $rings := list -}}
{{- if has "token.signing.pem" $keys -}}{{- $rings = append $rings .root.Values.secrets.tokenKeys -}}{{- end -}}
{{- if has "session.signing.pem" $keys -}}{{- $rings = append $rings .root.Values.secrets.leaseKeys -}}{{- end -}}
{{- $rings | toJson -}}
{{- end -}}

{{/* The Secret that lists the receivers of signals, in the one process that tells them. */}}
{{- define "helpdesk.receivers" -}}
{{- if and (eq .service "session") (eq .role "work") -}}{{ .root.Values.secrets.receivers }}{{- end -}}
{{- end -}}

{{/* Settings of a process as a map; the engines' URLs hold passwords and come from files. */}}
{{- define "helpdesk.settings" -}}
{{- $v := .root.Values -}}{{- $s := .service -}}
{{- $env := dict "HELPDESK_DATA_DIR" "/data" "HELPDESK_SECRETS_DIR" "/secrets" "HELPDESK_BROKER_URL_FILE" "/engines-urls/broker.url" "HELPDESK_VAULT_DATABASE_URL_FILE" "/engines-urls/vault.url" -}}
{{- /* Everywhere: links in mails and who signs signals are made of it too. */ -}}
{{- $_ := set $env "HELPDESK_GATEWAY_URL" (required "url is wanted: the https address that people type" $v.url) -}}
{{- if $v.tls.enabled -}}
{{- $_ := set $env "HELPDESK_TLS_CA_FILE" "/tls/ca.crt" -}}{{- $_ := set $env "HELPDESK_TLS_CERT_FILE" "/tls/tls.crt" -}}{{- $_ := set $env "HELPDESK_TLS_KEY_FILE" "/tls/tls.key" -}}
{{- else if $v.tls.allowPlaintext -}}{{- $_ := set $env "HELPDESK_ALLOW_PLAINTEXT" "yes" -}}
{{- else -}}{{- fail "tls.enabled is false: set tls.allowPlaintext where the network itself encrypts" -}}{{- end -}}
{{- if $v.enginesCaSecret -}}{{- $_ := set $env "HELPDESK_BROKER_CA_FILE" "/engines/rabbitmq.pem" -}}{{- end -}}
{{- if $v.watching.metrics -}}{{- $_ := set $env "HELPDESK_METRICS_ADDRESS" "0.0.0.0:9464" -}}{{- end -}}
{{- if $v.watching.tracesEndpoint -}}{{- $_ := set $env "HELPDESK_TRACES_ENDPOINT" $v.watching.tracesEndpoint -}}{{- end -}}
{{- if eq .role "serve" -}}
{{- range list "identity" "search" "email" "session" "audit" -}}{{- $_ := set $env (printf "HELPDESK_%s_ADDRESS" (upper .)) (printf "%s-%s:5051" $.root.Release.Name .) -}}{{- end -}}
{{- if ne $s "gateway" -}}{{- $_ := set $env "HELPDESK_GRPC_ADDRESS" "0.0.0.0:5051" -}}{{- end -}}
{{- end -}}
{{- if ne $s "gateway" -}}{{- $_ := set $env (printf "HELPDESK_%s_DATABASE_URL_FILE" (upper $s)) (printf "/engines-urls/%s.url" $s) -}}{{- end -}}
{{- if and (eq $s "identity") (eq .role "serve") -}}{{- $_ := set $env "HELPDESK_IDENTITY_ISSUERS" "/issuers/issuers.json" -}}{{- end -}}
{{- if include "helpdesk.receivers" . -}}{{- $_ := set $env "HELPDESK_SESSION_SIGNALS_RECEIVERS" "/receivers/receivers.json" -}}{{- end -}}
{{- if eq $s "search" -}}
{{- $_ := set $env "HELPDESK_SEARCH_OPENSEARCH_URL" (required "opensearch.url is wanted" $v.opensearch.url) -}}
{{- if $v.opensearch.user -}}{{- $_ := set $env "HELPDESK_SEARCH_OPENSEARCH_USER" $v.opensearch.user -}}{{- $_ := set $env "HELPDESK_SEARCH_OPENSEARCH_PASSWORD_FILE" "/engines-urls/search.password" -}}{{- end -}}
{{- if $v.enginesCaSecret -}}{{- $_ := set $env "HELPDESK_SEARCH_OPENSEARCH_CA_FILE" "/engines/opensearch.pem" -}}{{- end -}}
{{- end -}}
{{- if eq $s "email" -}}
{{- $_ := set $env "HELPDESK_EMAIL_SMTP_ADDRESS" (required "email.smtpAddress is wanted" $v.email.smtpAddress) -}}
{{- if $v.email.smtpUser -}}{{- $_ := set $env "HELPDESK_EMAIL_SMTP_USER" $v.email.smtpUser -}}{{- $_ := set $env "HELPDESK_EMAIL_SMTP_PASSWORD_FILE" "/engines-urls/smtp.password" -}}{{- end -}}
{{- if $v.email.domain -}}{{- $_ := set $env "HELPDESK_EMAIL_DOMAIN" $v.email.domain -}}{{- end -}}
{{- $_ := set $env "HELPDESK_EMAIL_INBOUND_ADDRESS" "" -}}
{{- end -}}
{{- if and (eq $s "audit") $v.audit.serviceKeys -}}{{- $_ := set $env "HELPDESK_AUDIT_SERVICE_KEYS" $v.audit.serviceKeys -}}{{- end -}}
{{- if and (eq $s "audit") $v.audit.alarmAddress -}}
{{- $_ := set $env "HELPDESK_AUDIT_ALARM_ADDRESS" $v.audit.alarmAddress -}}{{- $_ := set $env "HELPDESK_AUDIT_ALARM_SMTP" (required "audit.alarmSmtpAddress is wanted: in a pod no mail server listens" $v.audit.alarmSmtpAddress) -}}
{{- end -}}
{{- if eq $s "gateway" -}}
{{- $_ := set $env "HELPDESK_GATEWAY_ADDRESS" "0.0.0.0:8080" -}}{{- $_ := set $env "HELPDESK_GATEWAY_MAILBOX_ADDRESS" "" -}}
{{- end -}}
{{- range $name, $value := $v.settings -}}{{- $_ := set $env $name ($value | toString) -}}{{- end -}}
{{- range $name, $value := (get $v.serviceSettings $s) -}}{{- $_ := set $env $name ($value | toString) -}}{{- end -}}
{{- $env | toJson -}}
{{- end -}}

{{/*
Ports of hosts outside that the settings of a process name: "host:port", URLs with commas, each
with its key behind it. Consumers run in work, timers beside relay, the rest in serve.
*/}}
{{- define "helpdesk.outside" -}}
{{- $at := . -}}{{- $ports := list -}}
{{- $roles := dict "HELPDESK_TRACES_ENDPOINT" (list "serve" "relay" "work") "HELPDESK_IDENTITY_TICKETS" (list "serve") "HELPDESK_EMAIL_SMTP_ADDRESS" (list "relay" "work") "HELPDESK_EMAIL_SES_ENDPOINT_URL" (list "relay" "work") "HELPDESK_SESSION_SIGNALS_URL" (list "work") "HELPDESK_AUDIT_WITNESSES" (list "relay") "HELPDESK_AUDIT_ALARM_SMTP" (list "work") -}}
{{- range $name, $value := include "helpdesk.settings" $at | fromJson -}}
{{- if and (has $at.role (get $roles $name | default list)) (or (eq $name "HELPDESK_TRACES_ENDPOINT") (hasPrefix (printf "HELPDESK_%s_" (upper $at.service)) $name)) -}}
{{- range $each := splitList "," $value -}}
{{- $url := first (splitList " " (trim $each)) -}}
{{- $port := regexFind ":[0-9]+(/|$)" $url | trimPrefix ":" | trimSuffix "/" -}}
{{- if $port -}}{{- $ports = append $ports (int $port) -}}
{{- else if hasPrefix "https://" $url -}}{{- $ports = append $ports 443 -}}
{{- else if hasPrefix "http://" $url -}}{{- $ports = append $ports 80 -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $ports | uniq | toJson -}}
{{- end -}}

{{/* Which files of the engines' Secret a process needs. */}}
{{- define "helpdesk.urls" -}}
{{- $v := .root.Values -}}{{- $s := .service -}}
{{- $files := list "vault.url" "broker.url" -}}
{{- if ne $s "gateway" -}}{{- $files = append $files (printf "%s.url" $s) -}}{{- end -}}
{{- if and (eq $s "search") $v.opensearch.user -}}{{- $files = append $files "search.password" -}}{{- end -}}
{{- if and (eq $s "email") $v.email.smtpUser -}}{{- $files = append $files "smtp.password" -}}{{- end -}}
{{- $files | toJson -}}
{{- end -}}

{{/* Nothing that a process could use to become more than it is. */}}
{{- define "helpdesk.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
# Secrets are root's and readable by this group.
fsGroup: 10001
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "helpdesk.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}
