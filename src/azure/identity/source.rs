//! Which source: the order is the one Azure's own libraries use.

use super::{
    IdentitySource, app_service, arc, cloud_shell, imds, machine_learning, service_fabric,
    workload_identity,
};
use crate::azure::env::{Env, VARIABLES};
use crate::azure::error::{Error, Kind};

/// Where tokens come from on this machine at this moment.
#[derive(Debug)]
pub(super) enum Source {
    Imds(imds::Endpoint),
    AppService(app_service::Endpoint),
    Arc(arc::Endpoint),
    ServiceFabric(service_fabric::Endpoint),
    MachineLearning(machine_learning::Endpoint),
    CloudShell(cloud_shell::Endpoint),
    WorkloadIdentity(workload_identity::Issuer),
}

/// A source, and the sentence that says why it was chosen.
#[derive(Debug)]
pub(super) struct Choice {
    pub source: Source,
    pub reason: String,
}

/// A source that the environment gives away, and what gives it away.
struct Sign {
    name: IdentitySource,
    because: &'static str,
    find: fn(&dyn Env) -> Option<Result<Source, Error>>,
}

const SIGNS: [Sign; 6] = [
    Sign {
        name: IdentitySource::ServiceFabric,
        because: "IDENTITY_ENDPOINT, IDENTITY_HEADER and IDENTITY_SERVER_THUMBPRINT are set",
        find: |env| {
            service_fabric::Endpoint::find(env).map(|found| found.map(Source::ServiceFabric))
        },
    },
    Sign {
        name: IdentitySource::AppService,
        because: "IDENTITY_ENDPOINT and IDENTITY_HEADER are set",
        find: |env| app_service::Endpoint::find(env).map(|found| found.map(Source::AppService)),
    },
    Sign {
        name: IdentitySource::MachineLearning,
        because: "MSI_ENDPOINT and MSI_SECRET are set",
        find: |env| {
            machine_learning::Endpoint::find(env).map(|found| found.map(Source::MachineLearning))
        },
    },
    Sign {
        name: IdentitySource::CloudShell,
        because: "MSI_ENDPOINT is set",
        find: |env| cloud_shell::Endpoint::find(env).map(|found| found.map(Source::CloudShell)),
    },
    Sign {
        name: IdentitySource::Arc,
        because: "IDENTITY_ENDPOINT and IMDS_ENDPOINT are set, or the Azure Arc agent is installed",
        find: |env| arc::Endpoint::find(env).map(|found| found.map(Source::Arc)),
    },
    Sign {
        name: IdentitySource::WorkloadIdentity,
        because: "AZURE_TENANT_ID and AZURE_FEDERATED_TOKEN_FILE are set",
        find: |env| {
            workload_identity::Issuer::find(env).map(|found| found.map(Source::WorkloadIdentity))
        },
    },
];

impl Source {
    pub(super) fn name(&self) -> IdentitySource {
        match self {
            Source::Imds(_) => IdentitySource::Imds,
            Source::AppService(_) => IdentitySource::AppService,
            Source::Arc(_) => IdentitySource::Arc,
            Source::ServiceFabric(_) => IdentitySource::ServiceFabric,
            Source::MachineLearning(_) => IdentitySource::MachineLearning,
            Source::CloudShell(_) => IdentitySource::CloudShell,
            Source::WorkloadIdentity(_) => IdentitySource::WorkloadIdentity,
        }
    }
}

/// Chooses `wanted`, or the first source that gives itself away, or the metadata service.
pub(super) fn choose(
    wanted: IdentitySource,
    metadata_endpoint: Option<&str>,
    env: &dyn Env,
) -> Result<Choice, Error> {
    let asked_for = wanted != IdentitySource::Auto;
    if wanted != IdentitySource::Imds {
        for sign in &SIGNS {
            if asked_for && wanted != sign.name {
                continue;
            }
            match (sign.find)(env) {
                Some(source) => {
                    let why = if asked_for {
                        "it was asked for"
                    } else {
                        sign.because
                    };
                    return Ok(chosen(source?, why));
                }
                None if asked_for => {
                    return Err(Error::new(
                        Kind::NoIdentity,
                        format!(
                            "{wanted} was asked for, but it is not so that {}",
                            sign.because
                        ),
                    )
                    .with_action("name another source, or none: then the host's own is found"));
                }
                None => {}
            }
        }
    }
    let (endpoint, why) = match (
        metadata_endpoint,
        env.get("AZURE_POD_IDENTITY_AUTHORITY_HOST"),
    ) {
        (Some(given), _) => (
            imds::Endpoint::parse("metadata endpoint", given)?,
            "its address was given",
        ),
        (None, Some(given)) => (
            imds::Endpoint::parse("AZURE_POD_IDENTITY_AUTHORITY_HOST", &given)?,
            "AZURE_POD_IDENTITY_AUTHORITY_HOST is set",
        ),
        (None, None) if asked_for => (imds::Endpoint::sure(), "it was asked for"),
        (None, None) => (
            imds::Endpoint::if_there(),
            "no other host gives itself away",
        ),
    };
    Ok(chosen(
        Source::Imds(endpoint),
        if asked_for { "it was asked for" } else { why },
    ))
}

fn chosen(source: Source, why: &str) -> Choice {
    Choice {
        reason: format!("{} is used because {why}", source.name()),
        source,
    }
}

/// The names, never the values, of the variables that are set here.
pub(super) fn variables_seen(env: &dyn Env) -> String {
    let set = VARIABLES
        .iter()
        .copied()
        .filter(|name| env.get(name).is_some());
    set.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    fn env(variables: &[(&str, &str)]) -> HashMap<String, String> {
        variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    const ENDPOINT: (&str, &str) = ("IDENTITY_ENDPOINT", "https://127.0.0.1:1/");
    const HEADER: (&str, &str) = ("IDENTITY_HEADER", "x");
    const THUMBPRINT: (&str, &str) = (
        "IDENTITY_SERVER_THUMBPRINT",
        "00112233445566778899AABBCCDDEEFF00112233",
    );
    const IMDS: (&str, &str) = ("IMDS_ENDPOINT", "http://127.0.0.1:1/");
    const MSI: (&str, &str) = ("MSI_ENDPOINT", "http://127.0.0.1:1/");
    const SECRET: (&str, &str) = ("MSI_SECRET", "x");
    const TENANT: (&str, &str) = ("AZURE_TENANT_ID", "11111111-2222-3333-4444-555555555555");
    const FILE: (&str, &str) = ("AZURE_FEDERATED_TOKEN_FILE", "/nowhere");
    const CLIENT: (&str, &str) = ("AZURE_CLIENT_ID", "x");

    #[test]
    fn the_first_sign_counts() {
        use IdentitySource::{
            AppService, Arc, CloudShell, Imds, MachineLearning, ServiceFabric, WorkloadIdentity,
        };
        let cases: [(&[(&str, &str)], IdentitySource); 12] = [
            (&[], Imds),
            (&[ENDPOINT, HEADER, THUMBPRINT, MSI, SECRET], ServiceFabric),
            (&[ENDPOINT, HEADER, MSI, SECRET, IMDS], AppService),
            (&[MSI, SECRET, IMDS], MachineLearning),
            (&[MSI, TENANT, FILE, CLIENT], CloudShell),
            (&[ENDPOINT, IMDS, TENANT, FILE, CLIENT], Arc),
            (&[TENANT, FILE, CLIENT], WorkloadIdentity),
            (&[TENANT, FILE], WorkloadIdentity),
            (&[TENANT], Imds),
            (&[ENDPOINT], Imds),
            (&[HEADER, SECRET], Imds),
            (&[("MSI_ENDPOINT", ""), ("IDENTITY_ENDPOINT", "")], Imds),
        ];
        for (variables, expected) in cases {
            let choice = choose(IdentitySource::Auto, None, &env(variables)).expect("a source");
            assert_eq!(choice.source.name(), expected, "{variables:?}");
        }
    }

    #[test]
    fn a_source_that_is_asked_for_must_be_there() {
        for sign in &SIGNS {
            let error = choose(sign.name, None, &env(&[])).expect_err("absent");
            assert_eq!(error.kind(), Kind::NoIdentity);
            assert!(error.message().contains(sign.because), "{error}");
        }
        let all = env(&[ENDPOINT, HEADER, MSI, SECRET, TENANT, FILE, CLIENT]);
        let choice = choose(IdentitySource::WorkloadIdentity, None, &all).expect("a source");
        assert_eq!(choice.source.name(), IdentitySource::WorkloadIdentity);
        let choice = choose(IdentitySource::Imds, None, &all).expect("a source");
        assert_eq!(choice.source.name(), IdentitySource::Imds);
    }

    #[test]
    fn variables_are_told_by_name_only() {
        assert_eq!(
            variables_seen(&env(&[HEADER, MSI])),
            "IDENTITY_HEADER, MSI_ENDPOINT"
        );
    }

    #[test]
    fn a_variable_that_is_no_url_is_named() {
        let error = choose(
            IdentitySource::Auto,
            None,
            &env(&[("MSI_ENDPOINT", "nonsense")]),
        )
        .expect_err("refused");
        assert_eq!(error.kind(), Kind::InvalidArgument);
        assert!(error.message().contains("MSI_ENDPOINT"), "{error}");
    }
}
