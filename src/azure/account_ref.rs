//! Which account a caller means.

use super::arm::{Name, Scope};
use super::cloud::Clouds;
use super::error::Error;
use super::http::{Url, parse_root_url};
use super::secret::Secret;

/// Which account is meant: by endpoint and key, by its full name, or by its name alone.
#[derive(Debug, Default)]
pub struct AccountRef {
    /// The subscription's id.
    pub subscription_id: Option<String>,
    /// The resource group; needs the subscription.
    pub resource_group: Option<String>,
    /// The account's name.
    pub name: Option<String>,
    /// The address of its data plane, `https://NAME.documents.azure.com/`.
    pub endpoint: Option<String>,
    /// A key in base64; without one it is read from Resource Manager.
    pub key: Option<Secret>,
}

impl AccountRef {
    /// A second copy, key and all.
    #[must_use]
    pub fn duplicate(&self) -> AccountRef {
        AccountRef {
            subscription_id: self.subscription_id.clone(),
            resource_group: self.resource_group.clone(),
            name: self.name.clone(),
            endpoint: self.endpoint.clone(),
            key: self.key.as_ref().map(Secret::duplicate),
        }
    }

    /// The name by which Resource Manager is asked; an endpoint of Azure's own gives it too.
    pub(super) fn resource_name(&self, clouds: &Clouds) -> Result<Name, Error> {
        let scope = Scope::new(
            self.subscription_id.as_deref(),
            self.resource_group.as_deref(),
        )?;
        if let Some(name) = &self.name {
            return Name::new(name, scope);
        }
        let endpoint = self.endpoint()?;
        let name = endpoint
            .as_ref()
            .and_then(|url| clouds.account_of_host(url.host_str()?));
        match name {
            Some(name) => Name::new(name, scope),
            None if endpoint.is_some() => Err(Error::invalid(
                "the endpoint does not tell the account's name",
            )
            .with_action("name the account too, or give a key")),
            None => Err(Error::invalid("no account was named")
                .with_action("name the account, or give its endpoint and key")),
        }
    }

    /// The address of its data plane, when it was given.
    pub(super) fn endpoint(&self) -> Result<Option<Url>, Error> {
        self.endpoint
            .as_deref()
            .map(|endpoint| parse_root_url("account endpoint", endpoint))
            .transpose()
    }
}
