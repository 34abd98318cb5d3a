using System;

namespace Cosmi.Interop
{
    /// <summary>How much a database or collection may be asked, in request units per second.</summary>
    public sealed class CosmiThroughput
    {
        private CosmiThroughput(CosmiThroughputKind kind, int requestUnits)
        {
            Kind = kind;
            RequestUnits = requestUnits;
        }

        /// <summary>Whether it is always so much, or at most.</summary>
        public CosmiThroughputKind Kind { get; }

        /// <summary>How much, or how much at most.</summary>
        public int RequestUnits { get; }

        /// <summary>As much, always: 400 or more, in hundreds.</summary>
        /// <param name="requestUnits">Request units per second.</param>
        /// <returns>The throughput.</returns>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="requestUnits"/> is negative.</exception>
        public static CosmiThroughput Manual(int requestUnits) => new CosmiThroughput(CosmiThroughputKind.Manual, NotNegative(requestUnits));

        /// <summary>Up to so much, as needed: 1000 or more, in thousands.</summary>
        /// <param name="maxRequestUnits">Request units per second, at most.</param>
        /// <returns>The throughput.</returns>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxRequestUnits"/> is negative.</exception>
        public static CosmiThroughput Autoscale(int maxRequestUnits) => new CosmiThroughput(CosmiThroughputKind.Autoscale, NotNegative(maxRequestUnits));

        // What else is no throughput, the library says.
        private static int NotNegative(int requestUnits) =>
            requestUnits >= 0 ? requestUnits : throw new ArgumentOutOfRangeException(nameof(requestUnits), requestUnits, "Throughput is not negative.");
    }
}
