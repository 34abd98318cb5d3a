//! Azure's clouds and their addresses.

use super::error::Error;

/// One of Azure's clouds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cloud {
    /// Its name as the metadata service's `azEnvironment` spells it.
    pub name: &'static str,
    aliases: &'static [&'static str],
    /// Resource Manager's address, which is also the audience of its tokens.
    pub arm: &'static str,
    /// What follows the account's name in the host of its Cosmos endpoint.
    pub cosmos_suffix: &'static str,
}

const CLOUDS: [Cloud; 3] = [
    Cloud {
        name: "AzurePublicCloud",
        aliases: &["AzureCloud", "Public"],
        arm: "https://management.azure.com/",
        cosmos_suffix: "documents.azure.com",
    },
    Cloud {
        name: "AzureUSGovernmentCloud",
        aliases: &["AzureUSGovernment", "USGovernment"],
        arm: "https://management.usgovcloudapi.net/",
        cosmos_suffix: "documents.azure.us",
    },
    Cloud {
        name: "AzureChinaCloud",
        aliases: &["China"],
        arm: "https://management.chinacloudapi.cn/",
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

    /// The name of the account whose endpoint has this host, when the host is one of Azure's own.
    pub(super) fn account_of_host(host: &str) -> Option<&str> {
        let (name, suffix) = host.split_once('.')?;
        CLOUDS
            .iter()
            .any(|cloud| cloud.cosmos_suffix.eq_ignore_ascii_case(suffix))
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
        assert_eq!(
            Cloud::account_of_host("myaccount.documents.azure.com"),
            Some("myaccount")
        );
        assert_eq!(Cloud::account_of_host("a.documents.azure.cn"), Some("a"));
        assert_eq!(Cloud::account_of_host("localhost"), None);
        assert_eq!(Cloud::account_of_host("a.example.com"), None);
    }
}
