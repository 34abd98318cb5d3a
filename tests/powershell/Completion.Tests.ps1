BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'Completion' {
    BeforeAll {
        function Complete {
            param([string] $Line)
            @([System.Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, $null).CompletionMatches | ForEach-Object { $_.CompletionText })
        }
    }

    BeforeEach {
        Reset-Simulator -Simulator $simulator
    }

    It 'offers the common resources' {
        Complete -Line 'Get-CosmiToken -Resource https://man' | Should -Be @(
            'https://management.azure.com/'
            'https://management.usgovcloudapi.net/'
            'https://management.chinacloudapi.cn/'
        )
    }

    It 'offers the clouds, and the library knows each of them' {
        $clouds = Complete -Line 'Connect-CosmiAccount -Cloud '
        $clouds | Should -Be @('AzurePublicCloud', 'AzureUSGovernmentCloud', 'AzureChinaCloud')
        foreach ($cloud in $clouds) {
            (Connect-CosmiAccount -Cloud $cloud).Cloud | Should -Be $cloud
        }
    }

    It 'offers the sources of tokens' {
        Complete -Line 'Connect-CosmiAccount -IdentitySource ' | Sort-Object | Should -Be @(
            'AppService', 'Arc', 'Auto', 'CloudShell', 'Imds', 'MachineLearning', 'ServiceFabric', 'WorkloadIdentity'
        )
    }

    It 'offers the clouds'' own addresses' {
        Complete -Line 'Connect-CosmiAccount -ArmAudience https://management.c' | Should -Be @('https://management.chinacloudapi.cn/')
        Complete -Line 'Connect-CosmiAccount -LoginEndpoint ' | Should -Be @(
            'https://login.microsoftonline.com/'
            'https://login.microsoftonline.us/'
            'https://login.chinacloudapi.cn/'
        )
        Complete -Line 'Connect-CosmiAccount -CosmosSuffix doc' | Should -Be @('documents.azure.com', 'documents.azure.us', 'documents.azure.cn')
    }

    It 'offers the names this session has seen, quoted where needed' {
        $database = '{0}ben & Mehr' -f [char] 0xDC
        $name = '100% na{0}ve' -f [char] 0xEF
        $null = Get-CosmiCollection -AccountName myaccount -Database $database -Name $name
        $null = Get-CosmiCollection -AccountName myaccount -Database D -Name A
        Clear-SimulatorJournal -Simulator $simulator
        Complete -Line 'Get-CosmiCollection -AccountName my' | Should -Be @('myaccount')
        Complete -Line 'Get-CosmiCollection -Database D' | Should -Contain 'D'
        Complete -Line 'Get-CosmiCollection -Database D -Name 1' | Should -Be @("'$name'")
        Complete -Line "Get-CosmiCollection -Database '$([char] 0xDC)" | Should -Be @("'$database'")
        Complete -Line 'Get-CosmiCollection -Endpoint ' | Should -Contain $simulator.accounts.myaccount.endpoint
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
    }

    It 'offers a name with <What> as one value' -ForEach @(
        @{ What = 'a typographic quote'; Name = 'Zo{0}s; list' -f [char] 0x2019 }
        @{ What = 'a plain quote'; Name = 'Zo''s list' }
        @{ What = 'a dash in front'; Name = '-NoEnumerate' }
    ) {
        $names = [Cosmi.Client].Assembly.GetType('Cosmi.PowerShell.Session').GetProperty('Current', [System.Reflection.BindingFlags] 'NonPublic, Static').GetValue($null)
        $names = $names.GetType().GetProperty('Names', [System.Reflection.BindingFlags] 'NonPublic, Instance').GetValue($names)
        $kind = [System.Enum]::Parse([Cosmi.Client].Assembly.GetType('Cosmi.PowerShell.NameKind'), 'Database')
        $null = $names.GetType().GetMethod('Add', [System.Reflection.BindingFlags] 'NonPublic, Instance').Invoke($names, @($kind, $Name))
        $offered = @(Complete -Line "Get-CosmiCollection -Database '$($Name.Substring(0, 2))")
        $offered.Count | Should -BeGreaterThan 0
        $values = foreach ($text in $offered) { & ([scriptblock]::Create("Write-Output -InputObject $text")) }
        $values | Should -Contain $Name
    }

    It 'offers subscriptions and groups after accounts were listed' {
        $null = Get-CosmiAccount
        Complete -Line 'Get-CosmiAccountKey -SubscriptionId 1' | Should -Be @($simulator.subscriptionId)
        Complete -Line 'Get-CosmiAccountKey -ResourceGroupName ' | Should -Contain 'rg'
        Complete -Line 'Get-CosmiAccountKey -AccountName r' | Should -Be @('readeraccount')
    }

    It 'offers regions after accounts were listed, and machines after their identity was shown' {
        $null = Get-CosmiAccount
        $null = Get-CosmiIdentity -ResourceGroupName rg -VMName myvm
        Clear-SimulatorJournal -Simulator $simulator
        Complete -Line 'New-CosmiAccount -Name new -Location w' | Should -Be @("'West Europe'")
        foreach ($command in 'Get-CosmiIdentity', 'Enable-CosmiIdentity') {
            Complete -Line "$command -VMName my" | Should -Be @('myvm')
        }
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
    }

    It 'offers nothing of a name that does not exist' {
        $null = Get-CosmiCollection -AccountName myaccount -Database D -Name Nothing -ErrorAction SilentlyContinue
        Complete -Line 'Get-CosmiCollection -Database D -Name Noth' | Should -Not -Contain 'Nothing'
    }
}
