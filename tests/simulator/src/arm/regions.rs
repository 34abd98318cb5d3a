//! Where accounts can be.

/// As the service shows them; people may leave out blanks and capitals.
const REGIONS: &[&str] = &[
    "Australia Central",
    "Australia East",
    "Australia Southeast",
    "Brazil South",
    "Canada Central",
    "Canada East",
    "Central India",
    "Central US",
    "China East 2",
    "China North 3",
    "East Asia",
    "East US",
    "East US 2",
    "France Central",
    "Germany West Central",
    "Italy North",
    "Japan East",
    "Japan West",
    "Korea Central",
    "North Central US",
    "North Europe",
    "Norway East",
    "Poland Central",
    "South Africa North",
    "South Central US",
    "South India",
    "Southeast Asia",
    "Spain Central",
    "Sweden Central",
    "Switzerland North",
    "UAE North",
    "UK South",
    "UK West",
    "USGov Arizona",
    "USGov Virginia",
    "West Central US",
    "West Europe",
    "West India",
    "West US",
    "West US 2",
    "West US 3",
];

/// A region under the name the service shows.
pub fn find(name: &str) -> Option<&'static str> {
    let wanted = plain(name);
    REGIONS
        .iter()
        .copied()
        .find(|region| plain(region) == wanted)
}

/// All of them, as errors list them.
pub fn list() -> String {
    let plain: Vec<String> = REGIONS.iter().map(|region| plain(region)).collect();
    plain.join(",")
}

/// `West Europe` as `westeurope`.
pub fn plain(name: &str) -> String {
    name.replace(' ', "").to_lowercase()
}
