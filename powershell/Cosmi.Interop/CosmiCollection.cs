namespace Cosmi.Interop
{
    /// <summary>A collection (container) and its throughput. The JSON texts are the service's own, verbatim.</summary>
    public sealed class CosmiCollection
    {
        internal CosmiCollection(
            string json,
            string? offerJson,
            string? databaseOfferJson,
            string withOfferJson,
            CosmiOfferAbsence offerAbsence,
            double requestCharge,
            string? activityId,
            string? eTag,
            string? accountName,
            string endpoint,
            CosmiKeyKind keyAccess)
        {
            Json = json;
            OfferJson = offerJson;
            DatabaseOfferJson = databaseOfferJson;
            WithOfferJson = withOfferJson;
            OfferAbsence = offerAbsence;
            RequestCharge = requestCharge;
            ActivityId = activityId;
            ETag = eTag;
            AccountName = accountName;
            Endpoint = endpoint;
            KeyAccess = keyAccess;
        }

        /// <summary>The collection.</summary>
        public string Json { get; }

        /// <summary>Its offer, or <see langword="null"/>; then <see cref="OfferAbsence"/> says why.</summary>
        public string? OfferJson { get; }

        /// <summary>Its database's offer, where the collection shares that.</summary>
        public string? DatabaseOfferJson { get; }

        /// <summary>Both in one: <c>{"collection":{…},"offer":{…}}</c>, the offer <c>null</c> where there is none.</summary>
        public string WithOfferJson { get; }

        /// <summary>Why there is no offer.</summary>
        public CosmiOfferAbsence OfferAbsence { get; }

        /// <summary>What the read cost, in request units; nothing where Azure Resource Manager was asked.</summary>
        public double RequestCharge { get; }

        /// <summary>The service's id of the read, for a support case; <see langword="null"/> where Azure Resource Manager was asked.</summary>
        public string? ActivityId { get; }

        /// <summary>The collection's version.</summary>
        public string? ETag { get; }

        /// <summary>The account's name, where it was given or found.</summary>
        public string? AccountName { get; }

        /// <summary>The account's document endpoint.</summary>
        public string Endpoint { get; }

        /// <summary>What the key in use allows; <see cref="CosmiKeyKind.Auto"/> where the caller gave the key, or none was used.</summary>
        public CosmiKeyKind KeyAccess { get; }
    }
}
