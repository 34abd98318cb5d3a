using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>Sets how much a database or collection may be asked, and changes between manual and autoscale.</summary>
    [Cmdlet(VerbsCommon.Set, "CosmiThroughput", DefaultParameterSetName = AccountSet, SupportsShouldProcess = true)]
    [OutputType(typeof(Throughput))]
    public sealed class SetCosmiThroughputCommand : CosmiThroughputCmdlet
    {
        /// <summary>Always so much.</summary>
        [Parameter]
        [ValidateRange(1, int.MaxValue)]
        public int Throughput { get; set; }

        /// <summary>So much at most, as needed.</summary>
        [Parameter]
        [ValidateRange(1, int.MaxValue)]
        public int MaxThroughput { get; set; }

        /// <summary>Does not wait until Azure is done.</summary>
        [Parameter]
        public SwitchParameter NoWait { get; set; }

        private protected override bool Changes => true;

        /// <inheritdoc/>
        protected override void ProcessRecord()
        {
            CosmiThroughput throughput = Wished(Throughput, MaxThroughput, isNeeded: true)!;
            CosmiAccountReference? account = Account();
            if (account == null)
            {
                return;
            }

            string database = Database;
            string? collection = Collection;
            string thing = collection == null ? $"database {database}" : $"collection {collection} in database {database}";
            string amount = ResourceMembers.Amount(throughput.Kind, throughput.RequestUnits);
            string path = $"{ArmPath.Collection(account, database, collection)}/throughputSettings/default";
            string change = throughput.Kind == CosmiThroughputKind.Manual ? "autoscale, POST migrateToManualThroughput" : "manual, POST migrateToAutoscale";
            Task<CosmiResources> Change(CosmiCallOptions options, CancellationToken stop) =>
                Connection.Native.SetThroughputAsync(account, database, collection, throughput, !NoWait, options, stop);
            if (ShouldSend(
                collection ?? database,
                $"Set the throughput of {thing} of account {Target(account)} to {amount}",
                $"PUT {path} {ArmBody.Throughput(throughput)}; before, if it is {change}",
                Change))
            {
                Enqueue(
                    collection ?? database,
                    Change,
                    set => Write(set, account, database, collection, throughput));
            }
        }
    }
}
