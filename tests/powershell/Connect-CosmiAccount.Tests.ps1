BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'Connect-CosmiAccount' {
    BeforeEach {
        Reset-Simulator -Simulator $simulator
    }

    It 'has the agreed parameters' {
        Get-ParameterContract -Name Connect-CosmiAccount | Should -Be @(
            '-AccountName [String] All@0<name'
            '-ArmAudience [String] All'
            '-ArmEndpoint [String] All'
            '-CaCertificatePath [String] All'
            '-ClientId [String] ClientId!'
            '-Cloud|Environment [String] All'
            '-CosmosSuffix [String] All'
            '-Endpoint [String] All'
            '-IdentitySource [CosmiIdentitySource] All'
            '-Key [SecureString] All'
            '-LoginEndpoint [String] All'
            '-MetadataEndpoint [String] All'
            '-ObjectId|PrincipalId [String] ObjectId!'
            '-ResourceGroupName|ResourceGroup [String] All<name'
            '-ResourceId [String] ResourceId!'
            '-SubscriptionId [String] All<name'
            '-TimeoutSec [Int32] All'
            '-UpdateWaitSec [Int32] All'
        )
    }

    It 'asks nothing' {
        $null = Connect-CosmiAccount -AccountName myaccount
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
    }

    It 'returns a client that says what it is' {
        $client = Connect-CosmiAccount -AccountName myaccount -TimeoutSec 7 -Cloud AzurePublicCloud
        $client.PSObject.TypeNames[0] | Should -Be 'Cosmi.Client'
        $client | Should -BeOfType ([System.IDisposable])
        $client.AccountName | Should -Be 'myaccount'
        $client.Identity | Should -Be 'system-assigned'
        $client.Timeout.TotalSeconds | Should -Be 7
        $client.Cloud | Should -Be 'AzurePublicCloud'
        $client | Out-String | Should -BeLike '*system-assigned*myaccount*'
    }

    It 'says so of a key that was disposed' {
        $key = ConvertTo-Secret -Text 'AAAA'
        $key.Dispose()
        $failure = Invoke-Failing { Connect-CosmiAccount -Endpoint $simulator.accounts.myaccount.endpoint -Key $key }
        $failure.Id | Should -Be 'Cosmi.InvalidState'
        $failure.Category | Should -Be 'InvalidArgument'
    }

    It 'is used by the commands after it in the pipeline' {
        Disconnect-CosmiAccount
        # The session's own client is made when the pipeline begins.
        $keys = Connect-CosmiAccount -AccountName myaccount | Get-CosmiAccountKey
        $keys[0].AccountName | Should -Be 'myaccount'
        $failure = Invoke-Failing { Connect-CosmiAccount -AccountName myaccount -ClientId 77777777-0000-0000-0000-000000000000 | Get-CosmiAccountKey }
        $failure.Id | Should -Be 'Cosmi.NoIdentity'
    }

    It 'leaves a pipeline that runs its client' {
        $accounts = 'myaccount', 'readeraccount' | Get-CosmiAccount | ForEach-Object { Connect-CosmiAccount -AccountName $_.name }
        @($accounts.AccountName) | Should -Be @('myaccount', 'readeraccount')
    }

    It 'makes the account the one that commands use' {
        $null = Connect-CosmiAccount -AccountName myaccount
        (Get-CosmiCollection -Database Test -Name Test).AccountName | Should -Be 'myaccount'
        (Get-CosmiAccountKey)[0].AccountName | Should -Be 'myaccount'
        (Get-CosmiConnectionString)[0].AccountName | Should -Be 'myaccount'
        (Test-CosmiAccess | Where-Object { $_.Link -eq 'Data' }).Result | Should -Be 'Found'
    }

    It 'gives way to an account that a command names' {
        $null = Connect-CosmiAccount -AccountName noaccess -SubscriptionId 66666666-7777-8888-9999-000000000000 -ResourceGroupName nowhere
        (Get-CosmiAccountKey -AccountName myaccount)[0].AccountName | Should -Be 'myaccount'
    }

    It 'takes the account from the pipeline' {
        $client = Get-CosmiAccount -AccountName myaccount | Connect-CosmiAccount
        $client.AccountName | Should -Be 'myaccount'
        $client.ResourceGroupName | Should -Be 'rg'
        $client.SubscriptionId | Should -Be $simulator.subscriptionId
    }

    It 'works with an endpoint and a key, and then asks for no token' {
        $key = (Get-CosmiAccountKey -AccountName myaccount -Kind ReadOnly)[0].Key
        $client = Connect-CosmiAccount -Endpoint $simulator.accounts.myaccount.endpoint -Key $key
        $client.HasKey | Should -BeTrue
        Clear-SimulatorJournal -Simulator $simulator
        (Get-CosmiCollection -Database Test -Name Test).id | Should -Be 'Test'
        @((Get-SimulatorJournal -Simulator $simulator).face | Sort-Object -Unique) | Should -Be @('cosmos')
    }

    It 'takes an object of Get-CosmiAccountKey for a key' {
        $keys = Get-CosmiAccountKey -AccountName myaccount
        $null = Connect-CosmiAccount -Endpoint $simulator.accounts.myaccount.endpoint -Key $keys[0]
        (Get-CosmiCollection -Database Test -Name Test).id | Should -Be 'Test'
    }

    It 'chooses a user-assigned identity by <Parameter>' -ForEach @(
        @{ Parameter = 'ClientId'; Value = '22222222-0000-0000-0000-000000000001'; Query = 'client_id=22222222-0000-0000-0000-000000000001' }
        @{ Parameter = 'ObjectId'; Value = '22222222-0000-0000-0000-000000000002'; Query = 'object_id=22222222-0000-0000-0000-000000000002' }
        @{ Parameter = 'ResourceId'; Value = '/subscriptions/11111111-2222-3333-4444-555555555555/resourcegroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/reader'; Query = 'msi_res_id=' }
    ) {
        $identity = @{ $Parameter = $Value }
        $client = Connect-CosmiAccount @identity
        $client.Identity | Should -BeLike "*$Value"
        (Get-CosmiToken -Client $client).ClientId | Should -Be '22222222-0000-0000-0000-000000000001'
        @((Get-SimulatorJournal -Simulator $simulator).target -match [regex]::Escape($Query)).Count | Should -Be 1
    }

    It 'takes a private cloud by its addresses' {
        $settings = @{
            ArmAudience   = 'https://management.core.windows.net/'
            LoginEndpoint = 'https://localhost:9/'
            CosmosSuffix  = 'cosmos.example'
            UpdateWaitSec = 5
        }
        $client = Connect-CosmiAccount @settings
        $client.ArmAudience | Should -Be $settings.ArmAudience
        $client.LoginEndpoint | Should -Be $settings.LoginEndpoint
        $client.CosmosSuffix | Should -Be $settings.CosmosSuffix
        $client.UpdateWait.TotalSeconds | Should -Be 5
        (Get-CosmiToken).Resource | Should -Be $settings.ArmAudience
        # Its name is read from its endpoint, by the suffix.
        $checks = Test-CosmiAccess -Endpoint https://myaccount.cosmos.example/ | Select-Object -First 3
        $checks[1].Detail | Should -BeLike "for $($settings.ArmAudience) until*"
        $checks[2].Detail | Should -BeLike 'myaccount in rg*'
    }

    It 'signs a workload identity in where it is told' {
        $variables = Get-HostVariable -Simulator $simulator -Name workloadIdentity
        $variables.AZURE_AUTHORITY_HOST = $null
        $output = Invoke-Child -Environment $variables -Script @"
Import-Module -Name '$env:COSMI_MODULE'
`$null = Connect-CosmiAccount -LoginEndpoint '$($simulator.workloadIdentity.authorityHost)'
(Get-CosmiToken).IdentitySource
"@
        $output.Trim() | Should -Be 'WorkloadIdentity'
        @((Get-SimulatorJournal -Simulator $simulator).face) | Should -Be @('sts')
    }

    It 'waits for an update of the metadata service as long as it is told' {
        Add-SimulatorFault -Simulator $simulator -Match @{ face = 'imds' } -Action @{ status = 410 } -Times 0
        $client = Connect-CosmiAccount -UpdateWaitSec 1
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        $failure = Invoke-Failing { Get-CosmiToken -Client $client -Resource https://vault.azure.net }
        $clock.Elapsed.TotalSeconds | Should -BeGreaterThan 0.9
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 10
        $failure.Id | Should -Be 'Cosmi.Service'
        $failure.Record.Exception.HttpStatus | Should -Be 410
        $failure.Message | Should -BeLike '*updated*'
    }

    It 'refuses two identities at once' {
        $failure = Invoke-Failing { Connect-CosmiAccount -ClientId a -ObjectId b }
        $failure.Id | Should -Be 'AmbiguousParameterSet'
    }

    It 'trusts the certificates of a file instead of the system''s' {
        $env:COSMI_CA_FILE = ''
        try {
            $settings = @{ ArmEndpoint = $simulator.arm; MetadataEndpoint = $simulator.metadata }
            $null = Connect-CosmiAccount @settings
            (Invoke-Failing { Get-CosmiAccount -AccountName myaccount -ErrorAction Stop }).Id | Should -Be 'Cosmi.Tls'
            $null = Connect-CosmiAccount @settings -CaCertificatePath $simulator.ca
            (Get-CosmiAccount -AccountName myaccount).name | Should -Be 'myaccount'
        }
        finally {
            $env:COSMI_CA_FILE = $simulator.ca
        }
    }

    It 'refuses <What>' -ForEach @(
        @{ What = 'an unknown cloud'; Arguments = @{ Cloud = 'Mars' }; Id = 'Cosmi.InvalidArgument' }
        @{ What = 'an endpoint that is none'; Arguments = @{ ArmEndpoint = 'nowhere' }; Id = 'Cosmi.InvalidArgument' }
        @{ What = 'a login endpoint over plain http'; Arguments = @{ LoginEndpoint = 'http://192.0.2.1/' }; Id = 'Cosmi.InvalidArgument' }
        @{ What = 'a suffix that is no host name'; Arguments = @{ CosmosSuffix = 'a/b' }; Id = 'Cosmi.InvalidArgument' }
        @{ What = 'a file that is not there'; Arguments = @{ CaCertificatePath = './no-such-file.pem' }; Id = 'Cosmi.InvalidArgument' }
        @{ What = 'a client id with a blank'; Arguments = @{ ClientId = 'a b' }; Id = 'Cosmi.InvalidArgument' }
    ) {
        $failure = Invoke-Failing { Connect-CosmiAccount @Arguments }
        $failure.Id | Should -Be $Id
        $failure.Category | Should -Be 'InvalidArgument'
        $failure.Action | Should -Not -BeNullOrEmpty
    }

    It 'keeps each runspace''s client to itself' {
        $null = Connect-CosmiAccount -AccountName myaccount
        $shell = [powershell]::Create([initialsessionstate]::CreateDefault2())
        try {
            $null = $shell.AddScript("Import-Module -Name '$env:COSMI_MODULE'; Connect-CosmiAccount -AccountName readeraccount").Invoke()
        }
        finally {
            $shell.Dispose()
        }
        (Get-CosmiAccountKey)[0].AccountName | Should -Be 'myaccount'
    }
}
