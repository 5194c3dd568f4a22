// Configures the certified library and nothing else: `node provider.mjs '{"port": ..., "client": {...}}'`.
import Provider from 'oidc-provider';

const { port, client, method, keys, claimsInToken } = JSON.parse(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [client],
  jwks: { keys },
  cookies: { keys: ['tests'] },
  clientAuthMethods: [method],
  enabledJWA: {
    idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    clientAuthSigningAlgValues: ['RS256', 'ES256', 'EdDSA'],
  },
  features: {
    devInteractions: { enabled: true },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: { enabled: true },
  },
  // Some put groups into the ID token itself, others give them at the userinfo endpoint only.
  conformIdTokenClaims: !claimsInToken,
  claims: { openid: ['sub'], support: ['groups', 'name'] },
  scopes: ['openid', 'support'],
  findAccount: (_ctx, id) => ({
    accountId: id,
    claims: () => ({ sub: id, name: id[0].toUpperCase() + id.slice(1), groups: [`of-${id}`] }),
  }),
});
provider.listen(port, '127.0.0.1', () => process.stdout.write(`${issuer}\n`));
