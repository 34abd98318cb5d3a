using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>Deletes collections with all that is in them.</summary>
    [Cmdlet(VerbsCommon.Remove, "CosmiCollection", DefaultParameterSetName = AccountSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
    [Alias("Remove-CosmiContainer")]
    [OutputType(typeof(void))]
    public sealed class RemoveCosmiCollectionCommand : CosmiResourceCmdlet
    {
        /// <summary>The database.</summary>
        [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
        [Alias("DatabaseName")]
        [AllowEmptyString]
        [ArgumentCompleter(typeof(DatabaseCompleter))]
        [AfterResourceId]
        public string Database { get; set; } = string.Empty;

        /// <summary>The collections' names.</summary>
        [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
        [Alias("Collection", "Container")]
        [AllowEmptyString]
        [ArgumentCompleter(typeof(CollectionCompleter))]
        [Names("collection")]
        public string[] Name { get; set; } = System.Array.Empty<string>();

        /// <summary>Does not wait until Azure is done.</summary>
        [Parameter]
        public SwitchParameter NoWait { get; set; }

        private protected override bool Changes => true;

        /// <inheritdoc/>
        protected override void ProcessRecord()
        {
            CosmiAccountReference? account = Account();
            if (account == null)
            {
                return;
            }

            string database = Database;
            foreach (string given in Name)
            {
                string? name = Needed(given, "collection");
                Task<CosmiResources> Delete(CosmiCallOptions options, CancellationToken stop) =>
                    Connection.Native.DeleteCollectionAsync(account, database, name!, !NoWait, options, stop);
                if (name != null && ShouldSend(
                    name,
                    $"Delete collection {name} in database {database} of account {Target(account)}, with all that is in it",
                    $"DELETE {ArmPath.Collection(account, database, name)}",
                    Delete))
                {
                    Enqueue(
                        name,
                        Delete,
                        deleted => TellAbsent(deleted, $"collection {name} in database {database}"));
                }
            }
        }
    }
}
