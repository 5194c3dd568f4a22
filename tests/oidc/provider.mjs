// Configures the certified library and nothing else: `node provider.mjs '{"port": ..., "client": {...}}'`.
import Provider from 'oidc-provider';

const { port, client, method, keys } = JSON.parse(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [client],
  jwks: { keys },
  cookies: { keys: ['tests'] },
  clientAuthMethods: [method],
  enabledJWA: {
    idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA'],
  },
  features: {
    devInteractions: { enabled: true },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: { enabled: true },
  },
  findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
});
provider.listen(port, '127.0.0.1', () => process.stdout.write(`${issuer}\n`));
