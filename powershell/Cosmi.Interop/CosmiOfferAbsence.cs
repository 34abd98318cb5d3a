namespace Cosmi.Interop
{
    /// <summary>Why a collection has no offer of its own.</summary>
    public enum CosmiOfferAbsence
    {
        /// <summary>It has one.</summary>
        Present = 0,

        /// <summary>It shares its database's throughput.</summary>
        SharedThroughput = 1,

        /// <summary>The account is serverless; there are no offers.</summary>
        Serverless = 2,

        /// <summary>The key may not read offers.</summary>
        NotPermitted = 3,

        /// <summary>No offer was found, neither the collection's nor its database's.</summary>
        NotFound = 4,

        /// <summary>
        /// The account accepts no key (disableLocalAuth). The collection is from Azure Resource Manager, which has no offers; <see cref="CosmiClient.GetThroughputAsync"/> tells the throughput.
        /// </summary>
        LocalAuthDisabled = 5,
    }
}
