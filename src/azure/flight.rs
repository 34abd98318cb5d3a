//! Single flight: of many who want the same thing at once, one asks and all get the answer; the answer is kept.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, WeakShared};

use super::error::Error;

type Answer<V> = BoxFuture<'static, Result<V, Error>>;

struct Slot<V: Clone> {
    value: Option<V>,
    // weak: when everybody who waits has gone, the request goes too
    pending: Option<WeakShared<Answer<V>>>,
    // when a value that is still good was last tried to be replaced
    renewed: Option<Instant>,
}

impl<V: Clone> Slot<V> {
    fn pending(&self) -> Option<Shared<Answer<V>>> {
        self.pending.as_ref().and_then(WeakShared::upgrade)
    }
}

impl<V: Clone> Default for Slot<V> {
    fn default() -> Slot<V> {
        Slot {
            value: None,
            pending: None,
            renewed: None,
        }
    }
}

/// A memory of answers by key, with at most one request on its way for each. Failures are not remembered.
pub(super) struct Flights<K, V: Clone> {
    slots: Arc<RwLock<HashMap<K, Slot<V>>>>,
}

impl<K, V> Flights<K, V>
where
    K: Eq + Hash + Clone + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    pub(super) fn new() -> Flights<K, V> {
        Flights {
            slots: Arc::default(),
        }
    }

    /// The remembered value while it is `fresh`, else the answer of the request on its way, else of a new one.
    pub(super) async fn get(
        &self,
        key: K,
        fresh: impl FnOnce(&V) -> bool,
        ask: impl FnOnce() -> Answer<V>,
    ) -> Result<V, Error> {
        let flight = {
            let mut slots = write(&self.slots);
            let slot = slots.entry(key.clone()).or_default();
            if let Some(value) = slot.value.as_ref().filter(|value| fresh(value)) {
                return Ok(value.clone());
            }
            match slot.pending() {
                Some(flight) => flight,
                None => self.launch(key, slot, ask()),
            }
        };
        flight.await
    }

    /// Has the value replaced while it is used further; at most one at a time, and not again before `pause` is over.
    /// The caller has to run what is returned.
    pub(super) fn renew(
        &self,
        key: K,
        pause: Duration,
        ask: impl FnOnce() -> Answer<V>,
    ) -> Option<Shared<Answer<V>>> {
        let mut slots = write(&self.slots);
        let slot = slots.entry(key.clone()).or_default();
        let lately = slot
            .renewed
            .is_some_and(|renewed| renewed.elapsed() < pause);
        if lately || slot.pending().is_some() {
            return None;
        }
        slot.renewed = Some(Instant::now());
        Some(self.launch(key, slot, ask()))
    }

    /// The remembered value while it is `fresh`.
    pub(super) fn remembered<Q>(&self, key: &Q, fresh: impl FnOnce(&V) -> bool) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        slots
            .get(key)?
            .value
            .as_ref()
            .filter(|value| fresh(value))
            .cloned()
    }

    /// Forgets the value when it is still the stale one, so that of many who find it stale one asks anew.
    pub(super) fn forget(&self, key: &K, stale: impl FnOnce(&V) -> bool) {
        if let Some(slot) = write(&self.slots).get_mut(key)
            && slot.value.as_ref().is_some_and(stale)
        {
            slot.value = None;
        }
    }

    fn launch(&self, key: K, slot: &mut Slot<V>, answer: Answer<V>) -> Shared<Answer<V>> {
        let slots = Arc::clone(&self.slots);
        let flight = async move {
            let answer = answer.await;
            if let Some(slot) = write(&slots).get_mut(&key) {
                // a failure leaves a value that may still be good
                if let Ok(value) = &answer {
                    slot.value = Some(value.clone());
                }
                slot.pending = None;
            }
            answer
        }
        .boxed()
        .shared();
        slot.pending = flight.downgrade();
        flight
    }
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::azure::error::Kind;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn asking(count: &Arc<AtomicUsize>, result: Result<u32, Error>) -> Answer<u32> {
        let count = Arc::clone(count);
        async move {
            tokio::task::yield_now().await;
            count.fetch_add(1, Ordering::SeqCst);
            result
        }
        .boxed()
    }

    #[tokio::test]
    async fn many_callers_make_one_request() {
        let (flights, count) = (Flights::new(), Arc::new(AtomicUsize::new(0)));
        let all = (0..64).map(|_| flights.get("key", |_| true, || asking(&count, Ok(7))));
        let answers = futures_util::future::join_all(all).await;
        assert!(answers.iter().all(|answer| matches!(answer, Ok(7))));
        assert_eq!(count.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn failures_and_stale_values_are_asked_again() {
        let (flights, count) = (Flights::new(), Arc::new(AtomicUsize::new(0)));
        let failure = Err(Error::new(Kind::Service, "no"));
        assert!(
            flights
                .get("key", |_| true, || asking(&count, failure))
                .await
                .is_err()
        );
        assert_eq!(
            flights
                .get("key", |_| true, || asking(&count, Ok(1)))
                .await
                .ok(),
            Some(1)
        );
        assert_eq!(
            flights
                .get("key", |_| false, || asking(&count, Ok(2)))
                .await
                .ok(),
            Some(2)
        );
        flights.forget(&"key", |value| *value == 1);
        assert_eq!(
            flights
                .get("key", |_| true, || asking(&count, Ok(3)))
                .await
                .ok(),
            Some(2)
        );
        flights.forget(&"key", |value| *value == 2);
        assert_eq!(
            flights
                .get("key", |_| true, || asking(&count, Ok(4)))
                .await
                .ok(),
            Some(4)
        );
        assert_eq!(count.load(Ordering::SeqCst), 4);
    }

    #[tokio::test]
    async fn a_value_is_replaced_while_it_is_used() {
        let (flights, count) = (Flights::new(), Arc::new(AtomicUsize::new(0)));
        let (pause, none) = (Duration::from_secs(1000), Duration::ZERO);
        let good = |_: &u32| true;
        assert_eq!(
            flights
                .get("key", good, || asking(&count, Ok(1)))
                .await
                .ok(),
            Some(1)
        );
        let failing = flights.renew("key", pause, || {
            asking(&count, Err(Error::new(Kind::Service, "no")))
        });
        let failing = failing.expect("the first");
        assert!(
            flights
                .renew("key", none, || asking(&count, Ok(9)))
                .is_none(),
            "one is on its way"
        );
        assert_eq!(flights.remembered("key", good), Some(1));
        assert!(failing.await.is_err());
        assert_eq!(
            flights.remembered("key", good),
            Some(1),
            "the old one is still good"
        );
        assert!(
            flights
                .renew("key", pause, || asking(&count, Ok(9)))
                .is_none(),
            "not again so soon"
        );
        let renewing = flights
            .renew("key", none, || asking(&count, Ok(2)))
            .expect("later");
        assert_eq!(renewing.await.ok(), Some(2));
        assert_eq!(flights.remembered("key", good), Some(2));
        assert_eq!(count.load(Ordering::SeqCst), 3);
    }

    #[tokio::test]
    async fn a_request_that_nobody_waits_for_is_dropped() {
        struct Gone(Arc<AtomicUsize>);
        impl Drop for Gone {
            fn drop(&mut self) {
                self.0.fetch_add(1, Ordering::SeqCst);
            }
        }
        let (flights, gone) = (Flights::<_, u32>::new(), Arc::new(AtomicUsize::new(0)));
        let flag = Gone(Arc::clone(&gone));
        let forever = async move {
            let _flag = flag;
            std::future::pending().await
        };
        {
            let waiting = flights.get("key", |_| true, || forever.boxed());
            assert!(Box::pin(waiting).as_mut().now_or_never().is_none());
        }
        assert_eq!(gone.load(Ordering::SeqCst), 1);
    }
}
