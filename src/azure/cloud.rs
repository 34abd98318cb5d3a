//! Azure's clouds and their addresses, and which of them this is.

use std::sync::{Mutex, PoisonError};

use super::error::Error;
use super::http::{Url, parse_root_url};

/// One of Azure's clouds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cloud {
    /// Its name as the metadata service's `azEnvironment` spells it.
    pub name: &'static str,
    aliases: &'static [&'static str],
    /// Resource Manager's address, which is also the audience of its tokens.
    pub arm: &'static str,
    /// Where workload identities sign in.
    pub login: &'static str,
    /// What follows the account's name in the host of its Cosmos endpoint.
    pub cosmos_suffix: &'static str,
}

const CLOUDS: [Cloud; 3] = [
    Cloud {
        name: "AzurePublicCloud",
        aliases: &["AzureCloud", "Public"],
        arm: "https://management.azure.com/",
        login: "https://login.microsoftonline.com/",
        cosmos_suffix: "documents.azure.com",
    },
    Cloud {
        name: "AzureUSGovernmentCloud",
        aliases: &["AzureUSGovernment", "USGovernment"],
        arm: "https://management.usgovcloudapi.net/",
        login: "https://login.microsoftonline.us/",
        cosmos_suffix: "documents.azure.us",
    },
    Cloud {
        name: "AzureChinaCloud",
        aliases: &["China"],
        arm: "https://management.chinacloudapi.cn/",
        login: "https://login.chinacloudapi.cn/",
        cosmos_suffix: "documents.azure.cn",
    },
];

impl Cloud {
    pub(super) const PUBLIC: Cloud = CLOUDS[0];

    /// The cloud of that name, in any case; the names of the CLI and of the Az modules are known too.
    pub(super) fn named(name: &str) -> Result<Cloud, Error> {
        Cloud::find(name).ok_or_else(|| {
            let names: Vec<_> = CLOUDS.iter().map(|cloud| cloud.name).collect();
            Error::invalid("there is no Azure cloud of that name")
                .with_action(format!("name one of {}", names.join(", ")))
        })
    }

    pub(super) fn find(name: &str) -> Option<Cloud> {
        let known = |cloud: &Cloud| {
            cloud.name.eq_ignore_ascii_case(name)
                || cloud
                    .aliases
                    .iter()
                    .any(|alias| alias.eq_ignore_ascii_case(name))
        };
        CLOUDS.iter().copied().find(known)
    }
}

/// Addresses that the caller gave in place of the cloud's own.
#[derive(Debug, Default)]
pub(super) struct Endpoints {
    pub arm: Option<Url>,
    pub arm_audience: Option<String>,
    pub login: Option<Url>,
    pub cosmos_suffix: Option<String>,
}

/// Which cloud this is: told by the caller, or learnt from the metadata service, or else the public one.
pub(super) struct Clouds {
    endpoints: Endpoints,
    state: Mutex<State>,
}

#[derive(Clone, Copy)]
struct State {
    cloud: Cloud,
    // told or learnt; else the public cloud is taken until something refuses
    certain: bool,
}

impl Clouds {
    pub(super) fn new(told: Option<Cloud>, endpoints: Endpoints) -> Result<Clouds, Error> {
        if let Some(suffix) = &endpoints.cosmos_suffix {
            parse_root_url("Cosmos suffix", &format!("https://account.{suffix}/")).map_err(
                |_| {
                    Error::invalid("the Cosmos suffix is no host name").with_action(
                        "give what follows the account's name, such as documents.azure.com",
                    )
                },
            )?;
        }
        let state = State {
            cloud: told.unwrap_or(Cloud::PUBLIC),
            certain: told.is_some(),
        };
        Ok(Clouds {
            endpoints,
            state: Mutex::new(state),
        })
    }

    fn state(&self) -> State {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn current(&self) -> Cloud {
        self.state().cloud
    }

    pub(super) fn is_certain(&self) -> bool {
        self.state().certain
    }

    /// Takes over what the metadata service says, unless the caller said otherwise.
    pub(super) fn learn(&self, name: Option<&str>) {
        let Some(found) = name.and_then(Cloud::find) else {
            return;
        };
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !state.certain {
            *state = State {
                cloud: found,
                certain: true,
            };
        }
    }

    /// Resource Manager's address.
    pub(super) fn arm(&self) -> Url {
        let own = || Url::parse(self.current().arm).expect("a constant URL");
        self.endpoints.arm.clone().unwrap_or_else(own)
    }

    /// What tokens for Resource Manager are for.
    pub(super) fn arm_audience(&self) -> String {
        self.endpoints
            .arm_audience
            .clone()
            .unwrap_or_else(|| self.current().arm.to_owned())
    }

    /// Where workload identities sign in.
    pub(super) fn login(&self) -> Url {
        let own = || Url::parse(self.current().login).expect("a constant URL");
        self.endpoints.login.clone().unwrap_or_else(own)
    }

    /// The address of an account's data plane, when nothing else tells it.
    pub(super) fn account_endpoint(&self, account: &str) -> Result<Url, Error> {
        let suffix = self
            .endpoints
            .cosmos_suffix
            .as_deref()
            .unwrap_or(self.current().cosmos_suffix);
        parse_root_url("Cosmos suffix", &format!("https://{account}.{suffix}/"))
    }

    /// The name of the account whose endpoint has this host, when the host is one of Azure's own or has the suffix given.
    pub(super) fn account_of_host<'a>(&self, host: &'a str) -> Option<&'a str> {
        let (name, suffix) = host.split_once('.')?;
        let own = CLOUDS.iter().map(|cloud| cloud.cosmos_suffix);
        let known = own.chain(self.endpoints.cosmos_suffix.as_deref());
        known
            .into_iter()
            .any(|known| known.eq_ignore_ascii_case(suffix))
            .then_some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case_and_spelling() {
        for name in ["AzurePublicCloud", "AZUREPUBLICCLOUD", "azurecloud"] {
            assert_eq!(Cloud::named(name).expect(name), Cloud::PUBLIC);
        }
        assert_eq!(
            Cloud::named("AzureUSGovernment")
                .expect("known")
                .cosmos_suffix,
            "documents.azure.us"
        );
        assert!(Cloud::named("AzureGermanCloud").is_err());
    }

    #[test]
    fn an_account_is_named_by_its_host() {
        let endpoints = Endpoints {
            cosmos_suffix: Some("cosmos.example".to_owned()),
            ..Endpoints::default()
        };
        let clouds = Clouds::new(None, endpoints).expect("a suffix");
        assert_eq!(clouds.account_of_host("a.cosmos.example"), Some("a"));
        assert_eq!(
            clouds.account_of_host("myaccount.documents.azure.com"),
            Some("myaccount")
        );
        assert_eq!(clouds.account_of_host("a.documents.azure.cn"), Some("a"));
        assert_eq!(clouds.account_of_host("localhost"), None);
        assert_eq!(clouds.account_of_host("a.example.com"), None);
    }
}
