// A certified OpenID Connect provider (npm's oidc-provider) with a few made-up accounts, for the stories about signing in.
// usage: node oidc_provider.mjs <folder with node_modules> <the client's redirect address> <RS256 or ES256>
// Tells its own address on one line once it listens. Its pages take any password: whoever types a name is that person.
import http from "node:http";
import { createRequire } from "node:module";
import { generateKeyPairSync } from "node:crypto";
import { pathToFileURL } from "node:url";
import path from "node:path";

const [folder, redirect, algorithm] = process.argv.slice(2);
const entry = createRequire(path.join(folder, "x.js")).resolve("oidc-provider");
const { default: Provider } = await import(pathToFileURL(entry));

const key = (kid, alg, type, options) => ({ ...generateKeyPairSync(type, options).privateKey.export({ format: "jwk" }), kid, alg, use: "sig" });
const people = {
  maria: { email: "maria@colegio.example", email_verified: true, name: "María Pérez" },
  stranger: { email: "stranger@elsewhere.example", email_verified: true, name: "A Stranger" },
  nueva: { email: "nueva@colegio.example", email_verified: true, name: "Nueva Profesora" },
  unverified: { email: "director@colegio.example", email_verified: false, name: "Not The Director" },
};

const server = http.createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: "gradepost", client_secret: "a secret, with + and : in it", redirect_uris: [redirect], id_token_signed_response_alg: algorithm,
      post_logout_redirect_uris: [redirect.replace("/oidc/back", "")],
    }],
    jwks: { keys: [key("r1", "RS256", "rsa", { modulusLength: 2048 }), key("e1", "ES256", "ec", { namedCurve: "P-256" })] },
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    // Names and addresses in the identity token, as Google and Microsoft do.
    conformIdTokenClaims: false,
    pkce: { required: () => true, methods: ["S256"] },
    cookies: { keys: ["of the tests"] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
    features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  });
  server.on("request", provider.callback());
  console.log(issuer);
});
