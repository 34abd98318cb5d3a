using System.Management.Automation;
using Cosmi.Interop;

namespace Cosmi
{
    /// <summary>How much a database or collection may be asked.</summary>
    public sealed class Throughput
    {
        internal Throughput(CosmiResources source, string? accountName, string database, string? name, CosmiThroughput? wished)
        {
            AccountName = accountName;
            Database = database;
            Name = name;
            Change = source.Change;
            PSObject? settings = source.Json.Count == 0 ? null : PowerShell.JsonReader.ReadObject(source.Json[0]);
            object? resource = Members.Member(Members.Member(settings, "properties"), "resource");
            int? maximum = Number(Members.Member(Members.Member(resource, "autoscaleSettings"), "maxThroughput"));
            int? manual = Number(Members.Member(resource, "throughput"));
            Kind = maximum != null ? CosmiThroughputKind.Autoscale
                : manual != null ? CosmiThroughputKind.Manual
                : wished?.Kind ?? CosmiThroughputKind.None;
            RequestUnits = maximum ?? manual ?? wished?.RequestUnits;
            MinimumThroughput = Number(Members.Member(resource, "minimumThroughput"));
            IsPending = string.Equals(Members.Member(resource, "offerReplacePending")?.ToString(), "true", System.StringComparison.OrdinalIgnoreCase);
        }

        /// <summary>The account.</summary>
        public string? AccountName { get; }

        /// <summary>The database.</summary>
        public string Database { get; }

        /// <summary>The collection; null: the database itself.</summary>
        public string? Name { get; }

        /// <summary>Whether it is always so much, at most so much, or none of its own: shared, or serverless.</summary>
        public CosmiThroughputKind Kind { get; }

        /// <summary>Request units per second, with autoscale the most; null where it has none of its own.</summary>
        public int? RequestUnits { get; }

        /// <summary>The least the service allows here.</summary>
        public int? MinimumThroughput { get; }

        /// <summary>Whether the service is still at the last change.</summary>
        public bool IsPending { get; }

        /// <summary>What the command has changed.</summary>
        public CosmiChange Change { get; }

        private static int? Number(object? value) =>
            value != null && LanguagePrimitives.TryConvertTo(value, out int number) ? number : (int?)null;
    }
}
