//! The services this Azure consists of.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Face {
    Imds,
    AppService,
    Arc,
    ServiceFabric,
    MachineLearning,
    CloudShell,
    Sts,
    Arm,
    Cosmos,
}

impl Face {
    /// In the order of their declaration.
    pub const ALL: [Face; 9] = [
        Face::Imds,
        Face::AppService,
        Face::Arc,
        Face::ServiceFabric,
        Face::MachineLearning,
        Face::CloudShell,
        Face::Sts,
        Face::Arm,
        Face::Cosmos,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Face::Imds => "imds",
            Face::AppService => "app_service",
            Face::Arc => "arc",
            Face::ServiceFabric => "service_fabric",
            Face::MachineLearning => "machine_learning",
            Face::CloudShell => "cloud_shell",
            Face::Sts => "sts",
            Face::Arm => "arm",
            Face::Cosmos => "cosmos",
        }
    }
}
