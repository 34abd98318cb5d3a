using System.Management.Automation;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>Tells how much a database or collection may be asked.</summary>
    [Cmdlet(VerbsCommon.Get, "CosmiThroughput", DefaultParameterSetName = AccountSet)]
    [OutputType(typeof(Throughput))]
    public sealed class GetCosmiThroughputCommand : CosmiThroughputCmdlet
    {
        /// <inheritdoc/>
        protected override void ProcessRecord()
        {
            CosmiAccountReference? account = Account();
            if (account == null)
            {
                return;
            }

            string database = Database;
            string? collection = Collection;
            Enqueue(
                collection ?? database,
                (options, stop) => Connection.Native.GetThroughputAsync(account, database, collection, options, stop),
                found => Write(found, account, database, collection, null));
        }
    }
}
