"""draw → keys and tokens of services, by the forms that these document; every body is invented."""

from typing import Final

from security.detectors.kind import Category
from security.evaluation.case import Aim, Make, Topic, Value
from security.evaluation.draw import Draw
from security.evaluation.spell import spell

#: Kind → ways of its keys, see :func:`security.evaluation.spell.spell`. All can be told by their form.
VENDORS: Final[dict[str, tuple[str, ...]]] = {
    "aws_access_key_id": ("AKIA[u16]", "ASIA[u16]"),
    "google_api_key": ("AIza[b35]",),
    "google_client_secret": ("GOCSPX-[b28]",),
    "google_oauth_token": ("ya29.[b68-120]", "ya29.a0[b140]"),
    "github_token": ("ghp_[A36]", "gho_[A36]", "ghu_[A36]", "ghs_[A36]", "ghr_[A36]"),
    "github_fine_grained_token": ("github_pat_[A22]_[A59]",),
    "gitlab_token": ("glpat-[b20]", "gldt-[b20]", "glrt-[b20]", "glcbt-[h2]_[b20]", "glptt-[h40]"),
    "slack_token": ("xoxb-[d12]-[d13]-[A24]", "xoxp-[d12]-[d12]-[d12]-[h32]", "xapp-1-A[V10]-[d13]-[h64]"),
    "slack_webhook": ("https://hooks.slack.com/services/T[V10]/B[V10]/[A24]",),
    "stripe_key": ("sk_live_[A24]", "sk_live_[A99]", "rk_live_[A24]", "sk_test_[A24]"),
    "stripe_webhook_secret": ("whsec_[A32]",),
    "twilio_api_key": ("SK[h32]",),
    "sendgrid_key": ("SG.[b22].[b43]",),
    "mailgun_key": ("key-[h32]",),
    "mailchimp_key": ("[h32]-us[d1]", "[h32]-us1[d1]"),
    "npm_token": ("npm_[A36]",),
    "pypi_token": ("pypi-AgEIcHlwaS5vcmc[b120-170]",),
    "rubygems_key": ("rubygems_[h48]",),
    "nuget_key": ("oy2[z43]",),
    "crates_token": ("cio[A32]",),
    "clojars_token": ("CLOJARS_[h60]",),
    "docker_hub_token": ("dckr_pat_[b27]", "dckr_oat_[b32]"),
    "digitalocean_token": ("dop_v1_[h64]", "doo_v1_[h64]", "dor_v1_[h64]"),
    "heroku_key": ("HRKU-AA[b58]",),
    "shopify_token": ("shpat_[h32]", "shpss_[h32]", "shpca_[h32]", "shppa_[h32]"),
    "square_token": ("sq0atp-[b22]", "sq0csp-[b43]"),
    "openai_key": ("sk-[A20]T3BlbkFJ[A20]", "sk-proj-[b74]T3BlbkFJ[b74]", "sk-svcacct-[b74]T3BlbkFJ[b74]"),
    "anthropic_key": ("sk-ant-api03-[b93]AA", "sk-ant-admin01-[b93]AA"),
    "hugging_face_token": ("hf_[A34]",),
    "replicate_token": ("r8_[A37]",),
    "groq_key": ("gsk_[A52]",),
    "perplexity_key": ("pplx-[A48]",),
    "xai_key": ("xai-[A80]",),
    "databricks_token": ("dapi[h32]", "dapi[h32]-2"),
    "new_relic_key": ("NRAK-[V27]", "NRII-[b32]"),
    "sentry_token": ("sntryu_[h64]", "sntrys_eyJpYXQiOjE[b90]_[b43]"),
    "grafana_token": ("glsa_[A32]_[h8]", "glc_eyJvIjoi[b60]"),
    "linear_key": ("lin_api_[A40]",),
    "notion_token": ("ntn_[d11][A35]", "secret_[A43]"),
    "figma_token": ("figd_[b40]",),
    "airtable_token": ("pat[A14].[h64]",),
    "postman_key": ("PMAK-[h24]-[h34]",),
    "doppler_token": ("dp.pt.[A43]", "dp.st.prd.[A43]"),
    "vault_token": ("hvs.[b95]", "hvb.[b140]"),
    "terraform_cloud_token": ("[A14].atlasv1.[b67]",),
    "pulumi_token": ("pul-[h40]",),
    "planetscale_token": ("pscale_tkn_[b43]", "pscale_pw_[b43]", "pscale_oauth_[b43]"),
    "supabase_token": ("sbp_[h40]",),
    "telegram_bot_token": ("[d9]:AA[b33]", "[d10]:AA[b33]"),
    "discord_bot_token": ("M[b25].[b6].[b38]", "N[b23].[b6].[b27]"),
    "discord_webhook": ("https://discord.com/api/webhooks/[d18]/[b68]",),
    "facebook_token": ("EAACEdEose0cBA[A120]", "EAAG[A160]"),
    "dropbox_token": ("sl.B[b135]", "sl.u.AF[b140]"),
    "azure_client_secret": ("[A3]8Q~[b34]", "[A3]7Q~[b31]"),
    "atlassian_token": ("ATATT3xFfGF0[b171]=[H8]",),
    "bitbucket_token": ("ATBB[A32]",),
    "artifactory_key": ("AKCp[A69]",),
    "adafruit_key": ("aio_[A28]",),
    "age_secret_key": ("AGE-SECRET-KEY-1[Z58]",),
    "alibaba_access_key": ("LTAI5t[A18]", "LTAI[A20]"),
    "tencent_secret_id": ("AKID[A32]",),
    "yandex_api_key": ("AQVN[b36]",),
    "cloudflare_origin_key": ("v1.0-[h24]-[h146]",),
    "contentful_token": ("CFPAT-[b43]",),
    "duffel_token": ("duffel_live_[b43]", "duffel_test_[b43]"),
    "dynatrace_token": ("dt0c01.[V24].[V64]",),
    "easypost_key": ("EZAK[A54]", "EZTK[A54]"),
    "flutterwave_key": ("FLWSECK-[h32]-X", "FLWSECK_TEST-[h32]-X"),
    "fly_token": ("FlyV1 fm2_[B160]", "fo1_[b43]"),
    "frameio_token": ("fio-u-[b64]",),
    "infracost_key": ("ico-[A32]",),
    "launchdarkly_key": ("sdk-[v]", "api-[v]"),
    "mapbox_secret_token": ("sk.eyJ1Ijoi[b60].[b22]",),
    "maxmind_key": ("[A6]_[A29]_mmk",),
    "netlify_token": ("nfp_[A36]",),
    "one_password_token": ("ops_eyJ[b260]",),
    "prefect_key": ("pnu_[l36]",),
    "readme_key": ("rdme_[l70]",),
    "brevo_key": ("xkeysib-[h64]-[A16]",),
    "shippo_token": ("shippo_live_[h40]", "shippo_test_[h40]"),
    "sonar_token": ("sqp_[h40]", "squ_[h40]", "sqa_[h40]"),
    "tailscale_key": ("tskey-auth-[A12]CNTRL-[A32]", "tskey-api-[A12]CNTRL-[A32]"),
    "typeform_token": ("tfp_[b44]_[b14]",),
    "zoho_token": ("1000.[h32].[h32]",),
    "plaid_token": ("access-production-[v]", "access-sandbox-[v]"),
    "braintree_token": ("access_token$production$[l16]$[h32]",),
    "razorpay_key": ("rzp_live_[A14]",),
    "lob_key": ("live_[h35]", "test_[h35]"),
    "buildkite_token": ("bkua_[h40]",),
    "circleci_token": ("CCIPAT_[A22]_[h40]",),
    "teams_webhook": ("https://corp.webhook.office.com/webhookb2/[v]@[v]/IncomingWebhook/[h32]/[v]",),
    "amazon_mws_token": ("amzn.mws.[v]",),
    "aws_bedrock_key": ("ABSK[B109]=",),
    "paystack_key": ("sk_live_[h40]",),
    "settlemint_token": ("sm_pat_[A16]", "sm_aat_[A16]"),
    "sourcegraph_token": ("sgp_[h16]_[h40]", "sgp_[h40]"),
    "octopus_key": ("API-[V26]",),
    "openshift_token": ("sha256~[b43]",),
    "resend_key": ("re_[A8]_[A24]",),
    "endor_labs_key": ("endr+[A16]",),
    "harness_token": ("pat.[b22].[h24].[A20]", "sat.[b22].[h24].[A20]"),
    "neon_key": ("napi_[l64]",),
    "polar_token": ("polar_oat_[A43]", "polar_pat_[A43]"),
    "posthog_personal_key": ("phx_[b43]",),
    "pinecone_key": ("pcsk_[A6]_[A63]",),
    "langchain_key": ("lsv2_pt_[h32]_[h10]", "lsv2_sk_[h32]_[h10]"),
    "nvidia_key": ("nvapi-[b64]",),
    "elevenlabs_key": ("sk_[h48]",),
    "deno_token": ("ddp_[A36]", "ddw_[A36]"),
    "cloudinary_url": ("cloudinary://[d15]:[b27]@shop",),
}
#: Where what matters is behind the last of these.
_BEHIND: Final = {
    "slack_webhook": "/services/",
    "discord_webhook": "/webhooks/",
    "teams_webhook": "/webhookb2/",
    "cloudinary_url": "//",
}
_UNTIL: Final = {"cloudinary_url": "@"}
KEYS: Final = (
    "api_key", "token", "secret", "access_token", "auth_token", "apikey", "key", "credentials", "access_key",
    "secret_key", "client_secret", "auth", "api_token", "service_token", "x_api_key", "integration", "value",
    "webhook_url",
)  # fmt: skip
LABELS: Final = (
    "API key", "api key", "token", "key", "secret", "access token", "credential", "Schlüssel", "clé API",
    "密钥", "using", "Token",
)  # fmt: skip
SENTENCES: Final = (
    "authenticating with «v»", "invalid key «v»", "«v»", "401 Unauthorized for «v»", "rotated «v» at «iso»",
    "curl -H 'X-Api-Key: «v»' https://api.corp.internal«path»",
    "git clone https://oauth2:«v»@git.corp/app.git", "loaded credential «v» from env", "+ export TOKEN=«v»",
    "Authorization: Bearer «v»", "revoked («v»)", "config: [«v»]", 'client = Client("«v»")',
    "leaked in commit «sha»: «v»", "quota exceeded for «v».", "const key = '«v»';",
    "GET «path»?key=«v» «status»", "令牌«v»无效", "retry with key:«v»",
)  # fmt: skip


def _make(name: str) -> Make:
    def make(draw: Draw) -> Value:
        text = spell(draw, draw.choice(VENDORS[name]))
        behind = _BEHIND.get(name)
        if behind is None:
            return Value(text=text, origin=name)
        start = text.index(behind) + len(behind)
        end = text.index(_UNTIL[name], start) if name in _UNTIL else len(text)
        return Value(text=text, matter=((start, end),), origin=name)

    return make


TOPICS: Final = tuple(
    Topic(
        name=name,
        category=Category.SECRET,
        aim=Aim.FIXED,
        make=_make(name),
        keys=KEYS,
        labels=LABELS,
        sentences=SENTENCES,
        family="api_key",
        also=("password", "url_token", "generic_secret", "generic_token", "http_bearer_token"),
    )
    for name in VENDORS
)
