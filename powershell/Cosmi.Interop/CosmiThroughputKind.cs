namespace Cosmi.Interop
{
    /// <summary>How the throughput of a database or collection is set.</summary>
    public enum CosmiThroughputKind
    {
        /// <summary>Not at all: a collection shares its database's, and a serverless account has none.</summary>
        None = 0,

        /// <summary>As many request units per second, always.</summary>
        Manual = 1,

        /// <summary>Up to so many request units per second, as needed.</summary>
        Autoscale = 2,
    }
}
