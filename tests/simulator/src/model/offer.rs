//! Throughput, and the offers that say how much there is of it.

use serde_json::{Value, json};

/// How much a database or a collection is given.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Throughput {
    Manual(u32),
    /// The most it scales to.
    Autoscale(u32),
}

#[derive(Debug)]
pub struct Offer {
    pub rid: String,
    pub document: Value,
}

impl Throughput {
    pub fn most(self) -> u32 {
        match self {
            Throughput::Manual(throughput) | Throughput::Autoscale(throughput) => throughput,
        }
    }

    /// What an offer says of it.
    pub fn content(self, most_ever: u32) -> Value {
        let (throughput, maximum) = match self {
            Throughput::Manual(throughput) => (throughput, None),
            // Autoscale starts at a tenth of its maximum.
            Throughput::Autoscale(maximum) => (maximum / 10, Some(maximum)),
        };
        let mut content = json!({
            "offerThroughput": throughput,
            "offerIsRUPerMinuteThroughputEnabled": false,
            "offerMinimumThroughputParameters": {
                "maxThroughputEverProvisioned": most_ever,
                "maxConsumedStorageEverInKB": 0,
            },
        });
        if let Some(maximum) = maximum {
            content["offerAutopilotSettings"] = json!({
                "maxThroughput": maximum,
                "autoUpgradePolicy": {"throughputPolicy": {"incrementPercent": 0}},
            });
        }
        content
    }
}

impl Offer {
    pub fn throughput(&self) -> Throughput {
        let content = &self.document["content"];
        let number =
            |value: &Value| u32::try_from(value.as_u64().unwrap_or_default()).unwrap_or(u32::MAX);
        match content.get("offerAutopilotSettings") {
            Some(settings) => Throughput::Autoscale(number(&settings["maxThroughput"])),
            None => Throughput::Manual(number(&content["offerThroughput"])),
        }
    }

    /// The least it may be set to: a hundredth of the most it ever was, a tenth for autoscale's maximum.
    pub fn least(&self) -> u32 {
        let ever = self.most_ever();
        match self.throughput() {
            Throughput::Manual(_) => (ever / 100).next_multiple_of(100).max(400),
            Throughput::Autoscale(_) => (ever / 10).next_multiple_of(1000).max(1000),
        }
    }

    pub fn most_ever(&self) -> u32 {
        let parameters = &self.document["content"]["offerMinimumThroughputParameters"];
        let ever = parameters["maxThroughputEverProvisioned"].as_u64();
        ever.and_then(|ever| u32::try_from(ever).ok())
            .unwrap_or_default()
    }
}
