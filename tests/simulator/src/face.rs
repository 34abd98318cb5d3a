//! The services this Azure consists of.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Face {
    Imds,
    AppService,
    Arm,
    Cosmos,
}

impl Face {
    pub const ALL: [Face; 4] = [Face::Imds, Face::AppService, Face::Arm, Face::Cosmos];

    pub fn name(self) -> &'static str {
        match self {
            Face::Imds => "imds",
            Face::AppService => "app_service",
            Face::Arm => "arm",
            Face::Cosmos => "cosmos",
        }
    }
}
